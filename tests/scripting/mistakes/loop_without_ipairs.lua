local policy = {}
function policy.act(self, world)
  for _, other in world.neighbors("any", 5) do
    self:note(other.species)
  end
  self:wander()
end
return policy
