-- Runs from what hunts it, drinks, eats and rests when it needs to.
local policy = {}

local AFRAID_M = 6
local THIRSTY, HUNGRY, TIRED = 0.5, 0.4, 0.3

function policy.act(self, world)
  local threat = world.nearest("threat", AFRAID_M)
  if threat then return self:move(self.x - threat.x, self.y - threat.y) end
  local water = self.thirst > THIRSTY and world.water()
  if water then
    if water.distance <= self.reach then return self:drink() end
    return self:move_to(water.x, water.y)
  end
  local food = self.hunger > HUNGRY and world.forage(self.sense_radius)
  if food then
    if food.distance <= self.reach then return self:eat(food) end
    return self:move_to(food.x, food.y)
  end
  if self.energy < TIRED then return self:rest() end
  return self:wander()
end

return policy
