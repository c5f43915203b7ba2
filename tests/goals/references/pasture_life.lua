-- How rabbits live on a pasture, whatever they are after: the beginning of each policy of the pasture
-- that is listed with it. A body can walk and do one thing at once.
local policy = {}

-- Lives by these wishes: `hungry`, from where on it eats; `mates`, the energy from which it has young,
-- if it is to have any; `roams`, whether it looks for grass where it sees none.
local function live(self, world, wishes)
  local young = wishes.mates and self.energy > wishes.mates and self.age > 20 and self.hunger < 0.5
  local grass = self.hunger > wishes.hungry and world.nearest("grass", self.sense_radius)
  if young then
    self:reproduce()
  elseif grass and grass.distance <= self.reach then
    return self:eat(grass)
  else
    self:rest()
  end
  if grass then return self:move_to(grass.x, grass.y) end
  if wishes.roams and self.hunger > wishes.hungry then self:wander() end
end
