-- scenario: pasture
local policy = {}
function policy.act(self, world)
  self:eat("grass")
end
return policy
