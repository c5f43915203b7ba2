local policy = {}
function policy.act(self, world)
  local others = world.neighbors("any", 4)
  if others then
    self:move_to(others[1].x, others[1].y)
  else
    self:wander()
  end
end
return policy
