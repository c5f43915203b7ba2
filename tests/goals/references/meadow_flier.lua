-- A butterfly's life: from flower to flower, resting by them while it has to pause, and young when
-- it can.
local policy = {}

function policy.act(self, world)
  local partner = self.drive >= 0.5 and self.hunger < 0.5 and self.energy > 0.4 and
      world.nearest(self.species, self.sense_radius)
  if partner and partner.distance < 1.5 then return self:reproduce() end
  local flower = world.blossom(self.sense_radius)
  if flower and flower.distance <= self.reach then
    if self.pause == 0 then return self:pollinate(flower) end
    return self:rest()
  end
  if partner then return self:move_to(partner.x, partner.y) end
  if flower then return self:move_to(flower.x, flower.y) end
  return self:wander()
end

return policy
