local policy = {}
function policy.act(self, world)
  self.memory.steps = self.memory.steps + 1
  self:wander()
end
return policy
