local policy = {}
function policy.act(self, world)
  table.insert(self.memory.trail, self.x)
  self:wander()
end
return policy
