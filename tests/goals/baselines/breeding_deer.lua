-- Drinks, eats and rests when it needs to, and has young when it can.
local policy = {}

local THIRSTY, HUNGRY, TIRED = 0.5, 0.4, 0.3

function policy.act(self, world)
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
  local partner = self.drive >= 0.5 and world.nearest("deer", self.sense_radius)
  if partner and partner.distance <= self.reach then return self:reproduce() end
  if partner then return self:move_to(partner.x, partner.y) end
  return self:wander()
end

return policy
