local policy = {}
function policy.act(self, world)
  local key = math.floor(self.x) .. ":" .. math.floor(self.y)
  self.memory.visited[key] = true
  self:wander()
end
return policy
