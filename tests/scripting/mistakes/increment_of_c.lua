local policy = {}
function policy.act(self, world)
  local seen = 0
  for _, other in ipairs(world.neighbors("any", 5)) do
    seen++
  end
  if seen > 3 then self:idle() else self:wander() end
end
return policy
