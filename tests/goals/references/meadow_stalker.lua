-- A wolf that saves its strength: it hunts when it is hungry and what it sees is near, drinks when
-- dry, and rests otherwise.
local policy = {}

function policy.act(self, world)
  self:rest()
  local water = self.thirst > 0.6 and world.water()
  if water then
    if water.distance <= self.reach then return self:drink() end
    return self:move_to(water.x, water.y)
  end
  if self.hunger < 0.25 then return end
  local prey = world.forage(self.sense_radius)
  if not prey then return self:wander() end
  if prey.distance <= self.reach and self.pause == 0 then self:eat(prey) end
  return self:move_to(prey.x, prey.y)
end

return policy
