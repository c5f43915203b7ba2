-- Eats the nearest grass when hungry, rests otherwise.
local policy = {}

function policy.act(self, world)
  if self.hunger > 0.5 then
    local grass = world.nearest("grass", self.sense_radius)
    if grass and grass.distance <= self.reach then return self:eat(grass) end
    if grass then return self:move_to(grass.x, grass.y) end
  end
  return self:rest()
end

return policy
