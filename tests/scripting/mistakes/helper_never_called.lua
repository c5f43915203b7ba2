local policy = {}
local function flee(self, threat)
  self:move(self.x - threat.x, self.y - threat.y)
end
function policy.act(self, world)
  self:wander()
end
return policy
