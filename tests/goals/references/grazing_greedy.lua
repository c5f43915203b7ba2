-- Eats whatever food is nearest and goes to it wherever it is; does nothing else.
local policy = {}

function policy.act(self, world)
  local food = world.nearest("food", self.sense_radius)
  if not food then return self:wander() end
  if food.distance <= self.reach then self:eat(food) end
  return self:move_to(food.x, food.y)
end

return policy
