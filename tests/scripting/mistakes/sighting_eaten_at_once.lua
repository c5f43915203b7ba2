local policy = {}
function policy.act(self, world)
  self:eat(world.nearest("food", self.reach))
end
return policy
