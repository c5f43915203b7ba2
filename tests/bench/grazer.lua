-- Looks for the nearest grass every tick, eats it when hungry, has offspring when strong.
local policy = {}

function policy.act(self, world)
  local food = world.nearest("food", 10)
  if food and self.hunger > 0.3 then
    if food.distance <= 0.999 then return self:eat(food) end
    return self:move_to(food.x, food.y)
  end
  if self.energy > 0.98 then return self:reproduce() end
  return self:wander()
end

return policy
