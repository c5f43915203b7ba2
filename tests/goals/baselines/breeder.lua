-- Has offspring as soon as it can, eats when hungry, and rests to gather strength.
local policy = {}

function policy.act(self, world)
  if self.energy > 0.8 and self.age > 20 and self.hunger < 0.5 then return self:reproduce() end
  if self.hunger > 0.4 then
    local grass = world.nearest("grass", self.sense_radius)
    if grass and grass.distance <= self.reach then return self:eat(grass) end
    if grass then return self:move_to(grass.x, grass.y) end
  end
  return self:rest()
end

return policy
