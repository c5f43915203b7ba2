local policy = {}
function policy.Act(self, world)
  self:wander()
end
return policy
