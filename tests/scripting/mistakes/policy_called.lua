local policy = {}
function policy.act(self, world)
  self:wander()
end
policy:act(world)
return policy
