local vector = require("vector")
local policy = {}
function policy.act(self, world)
  local v = vector.new(1, 0)
  self:move(v.x, v.y)
end
return policy
