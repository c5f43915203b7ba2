local policy = {}
function policy.act(self, world)
  world.nearest("food", 9)
  self:wander()
end
return policy
