-- A wolf that saves its strength: it hunts when it is hungry, drinks when it is dry, and rests
-- otherwise.
local policy = {}

function policy.act(self, world)
  local water = self.thirst > 0.7 and world.water()
  if water and water.distance <= self.reach then return self:drink() end
  if water then return self:move_to(water.x, water.y) end
  if self.hunger < 0.25 then return self:rest() end
  local prey = world.forage(self.sense_radius)
  if not prey then return self:wander() end
  if prey.distance <= self.reach and self.pause == 0 then return self:eat(prey) end
  return self:move_to(prey.x, prey.y)
end

return policy
