local policy = {}
function policy.act(self, world)
  for _, sound in ipairs(world.heard()) do
    self:note("heard " .. sound)
  end
  return self:wander()
end
return policy
