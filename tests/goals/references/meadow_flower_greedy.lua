-- Goes to the nearest flower with nectar and drinks of it; does nothing else.
local policy = {}

function policy.act(self, world)
  local flower = world.blossom(self.sense_radius)
  if not flower then return self:wander() end
  if flower.distance <= self.reach then self:pollinate(flower) end
  return self:move_to(flower.x, flower.y)
end

return policy
