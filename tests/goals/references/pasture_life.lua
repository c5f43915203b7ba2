-- How rabbits live on a pasture, whatever they are after: the beginning of each policy of the
-- pasture that is listed with it.
local policy = {}

-- Lives by these wishes: `hungry`, from where on it eats; `mates`, the energy from which it has
-- young, if it is to have any.
local function live(self, world, wishes)
  local young = wishes.mates and self.energy > wishes.mates and self.age > 20 and self.hunger < 0.5
  if young then return self:reproduce() end
  if self.hunger < wishes.hungry then return self:rest() end
  local grass = world.nearest("grass", self.sense_radius)
  if not grass then return self:wander() end
  if grass.distance <= self.reach then return self:eat(grass) end
  return self:move_to(grass.x, grass.y)
end
