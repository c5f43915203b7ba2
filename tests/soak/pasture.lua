-- Eats, has offspring, rests, and remembers its last meals.
local policy = {}

function policy.act(self, world)
  local memory = self.memory
  if self.hunger > 0.25 then
    local food = world.nearest("food", 10)
    if food and food.distance < 0.99 then
      local meals = memory.meals or {}
      meals[#meals % 8 + 1] = {x = food.x, at = world.tick}
      memory.meals = meals
      return self:eat(food)
    end
    if food then return self:move_to(food.x, food.y) end
  end
  if self.energy > 0.85 then return self:reproduce() end
  if self.energy < 0.2 then return self:rest() end
  return self:move(math.random() * 2 - 1, math.random() * 2 - 1)
end

return policy
