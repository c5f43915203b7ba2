local policy = {}
local visited = {}
function policy.act(self, world)
  local key = math.floor(self.x) .. ":" .. math.floor(self.y)
  visited[key] = true
  self:wander()
end
return policy
