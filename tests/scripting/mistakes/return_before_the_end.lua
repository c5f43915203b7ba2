local policy = {}
function policy.act(self, world)
  return self:wander()
  self:say("never")
end
return policy
