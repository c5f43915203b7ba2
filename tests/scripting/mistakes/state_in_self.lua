local policy = {}
function policy.act(self, world)
  self.target = world.nearest("food", 9)
  self:wander()
end
return policy
