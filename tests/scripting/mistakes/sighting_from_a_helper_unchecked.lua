local policy = {}
local function find_food(self, world)
  return world.nearest("food", self.sense_radius)
end
function policy.act(self, world)
  local food = find_food(self, world)
  self:move_to(food.x, food.y)
end
return policy
