local policy = {}
function policy:act(self, world)
  self:wander()
end
return policy
