local policy = {}
function policy.act(self, world)
  self:note("hunger: " + self.hunger)
  self:wander()
end
return policy
