local policy = {}
function policy.act(self, world)
  // walk about
  self:wander()
end
return policy
