local policy = {}
function policy.act(self, world)
  local other = world.nearest("any", 5)
  if other and other.energy < self.energy then self:eat(other) else self:wander() end
end
return policy
