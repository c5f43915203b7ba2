-- A butterfly's life: from flower to flower, resting on the way, and young when it can.
local policy = {}

function policy.act(self, world)
  local partner = self.drive >= 0.5 and self.hunger < 0.5 and
      world.nearest(self.species, self.sense_radius)
  local flower = world.blossom(self.sense_radius)
  local ready = flower and flower.distance <= self.reach and self.pause == 0
  if ready then
    self:pollinate(flower)
  elseif partner and partner.distance < 1.5 and self.energy > 0.4 then
    self:reproduce()
  else
    self:rest()
  end
  if flower then return self:move_to(flower.x, flower.y) end
  return self:wander()
end

return policy
