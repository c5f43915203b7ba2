-- Who counts, or knows the array to be long enough, needs no test for nil.
local policy = {}
function policy.act(self, world)
  if world.count("food", 9) > 0 then
    local food = world.nearest("food", 9)
    return self:move_to(food.x, food.y)
  end
  local list = world.neighbors("any", 9)
  if #list == 0 then return self:wander() end
  local sum = 0
  for i, other in ipairs(list) do sum = sum + other.distance / i end
  return self:move(list[1].x - self.x, sum)
end
return policy
