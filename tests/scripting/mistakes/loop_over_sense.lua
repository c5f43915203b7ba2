local policy = {}
function policy.act(self, world)
  for _, other in ipairs(world.neighbors) do
    self:note(other.species)
  end
  self:wander()
end
return policy
