-- scenario: pasture
local policy = {}
function policy.act(self, world)
  local food = world.nearest("gras", 9)
  if food then self:eat(food) else self:wander() end
end
return policy
