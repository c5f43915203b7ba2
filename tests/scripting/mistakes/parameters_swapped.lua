local policy = {}
function policy.act(world, self)
  self:wander()
end
return policy
