-- Runs from wolves, drinks when thirsty, eats when hungry, rests when tired, wanders otherwise.
local policy = {}

function policy.act(self, world)
  local wolf = world.nearest("threat", 4)
  if wolf then return self:move(self.x - wolf.x, self.y - wolf.y) end
  if self.thirst > 0.6 then
    local water = world.water()
    if water and water.distance <= self.reach then return self:drink() end
    if water then return self:move_to(water.x, water.y) end
  end
  if self.hunger > 0.5 then
    local food = world.forage(self.sense_radius)
    if food and food.distance <= self.reach then return self:eat(food) end
    if food then return self:move_to(food.x, food.y) end
  end
  if self.energy < 0.3 then return self:rest() end
  return self:wander()
end

return policy
