local policy = {}
function policy.act(self, world)
  if self.hunger > 0.9 then self.memory = nil end
  self:wander()
end
return policy
