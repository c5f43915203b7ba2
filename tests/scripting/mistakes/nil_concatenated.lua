local policy = {}
function policy.act(self, world)
  local found
  self:note("found " .. found)
  self:wander()
end
return policy
