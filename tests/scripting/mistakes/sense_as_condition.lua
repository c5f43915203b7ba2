-- scenario: maze
local policy = {}
function policy.act(self, world)
  if world.target then
    self:wander()
  end
end
return policy
