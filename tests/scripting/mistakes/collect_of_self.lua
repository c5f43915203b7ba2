local policy = {}
function policy.act(self, world)
  self:wander()
end
function policy.collect(self)
  return {hunger = self.hunger}
end
return policy
