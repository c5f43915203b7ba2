local policy = {}
function policy.act(self, world)
  local point = {x = self.x, y = self.y}
  self:note("at " .. point)
  self:wander()
end
return policy
