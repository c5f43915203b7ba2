-- scenario: pasture
local policy = {}
local PREDATOR = "wolf"
function policy.act(self, world)
  local threat = world.nearest(PREDATOR, 9)
  if threat then self:move(self.x - threat.x, self.y - threat.y) else self:wander() end
end
return policy
