local policy = {}
function policy.act(self, world)
  for other in world.neighbors("any", 5):
    self:note(other.species)
end
return policy
