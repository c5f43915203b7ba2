local policy = {}
function policy.act(self, world)
  while true do
    self:wander()
  end
end
return policy
