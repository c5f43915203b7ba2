local policy = {}
function policy.act(self, world)
  world.move_agent(self.id, 1, 0)
end
return policy
