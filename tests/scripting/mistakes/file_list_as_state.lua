local policy = {}
local path = {}
function policy.act(self, world)
  table.insert(path, {self.x, self.y})
  self:wander()
end
return policy
