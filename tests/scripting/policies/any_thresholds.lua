-- Comparisons at the ends of ranges are meant.
local policy = {}
function policy.act(self, world)
  if self.hunger >= 1 or self.health <= 0.05 then
    self:rest()
  elseif self.hunger > 0.7 then
    self:wander()
  elseif self.hunger > 0.3 and self.energy == 1 then
    self:move(math.cos(self.heading + math.rad(90)), math.sin(math.pi / 2))
  elseif self.energy < 0.3 or self.energy < 0.5 and self.hunger < 0.1 then
    self:idle()
  elseif self.heading < 0 or self.heading > 3 then
    self:move(1, 0)
  else
    self:move(0, math.random(0, 1) < 0.5 and -1 or 1)
  end
end
return policy
