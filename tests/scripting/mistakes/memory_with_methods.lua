local policy = {}
function policy.init(self, config)
  self.memory.queue = {}
end
function policy.act(self, world)
  self.memory.queue:push(self.x)
  self:wander()
end
return policy
