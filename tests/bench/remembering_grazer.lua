-- A grazer that remembers where it ate and how often.
local policy = {}

function policy.init(self, config)
  self.memory.meals = 0
  self.memory.home = {x = self.x, y = self.y}
end

function policy.migrate(old)
  return {meals = old.meals, home = {x = old.home.x, y = old.home.y}, moved = true}
end

function policy.act(self, world)
  local food = world.nearest("food", 10)
  if food and self.hunger > 0.3 then
    if food.distance <= 0.999 then
      self.memory.meals = self.memory.meals + 1
      return self:eat(food)
    end
    return self:move_to(food.x, food.y)
  end
  local home = self.memory.home
  if self.memory.meals % 3 == 2 then return self:move_to(home.x, home.y) end
  return self:wander()
end

return policy
