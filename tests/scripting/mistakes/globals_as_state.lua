local policy = {}
function policy.act(self, world)
  if not visited then
    visited = {}
  end
  visited[self.id] = true
  self:wander()
end
return policy
