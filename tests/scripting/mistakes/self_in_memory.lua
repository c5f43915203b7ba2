local policy = {}
function policy.act(self, world)
  self.memory.leader = {agent = self, seen = world.tick}
  self:wander()
end
return policy
