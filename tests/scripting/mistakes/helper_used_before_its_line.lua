local policy = {}
function policy.act(self, world)
  flee(self)
end
local function flee(self)
  self:move(1, 0)
end
return policy
