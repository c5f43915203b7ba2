local policy = {}
local function nearest_food(self)
  return world.nearest("food", self.sense_radius)
end
function policy.act(self, world)
  local food = nearest_food(self)
  if food then self:move_to(food.x, food.y) end
end
return policy
