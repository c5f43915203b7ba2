local policy = {}
function policy.setup(self)
  self.memory.home = {x = self.x, y = self.y}
end
function policy.act(self, world)
  self:wander()
end
return policy
