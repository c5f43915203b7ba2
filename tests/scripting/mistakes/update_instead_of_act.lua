local policy = {}
function policy.update(self, world)
  self:wander()
end
return policy
