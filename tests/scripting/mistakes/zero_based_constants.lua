local policy = {}
local DIRECTIONS = {{1, 0}, {0, 1}, {-1, 0}, {0, -1}}
function policy.act(self, world)
  local d = DIRECTIONS[0]
  self:move(d[1], d[2])
end
return policy
