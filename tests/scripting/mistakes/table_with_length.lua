local policy = {}
function policy.act(self, world)
  local others = world.neighbors("any", 5)
  if others.length > 2 then self:idle() else self:wander() end
end
return policy
