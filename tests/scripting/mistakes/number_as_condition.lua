local policy = {}
function policy.act(self, world)
  if world.count("any", 3) then
    self:move(1, 0)
  else
    self:wander()
  end
end
return policy
