local policy = {}
function policy.act(self, world)
  local food = world.nearest("food", 5)
  if food then self:note("found " .. food) end
  self:wander()
end
return policy
