local policy = {}
function policy.init(self, world)
  self.memory.born = world.tick
end
function policy.act(self, world)
  self:wander()
end
return policy
