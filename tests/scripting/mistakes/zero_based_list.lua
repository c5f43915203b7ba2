local policy = {}
function policy.act(self, world)
  local others = world.neighbors("any", 5)
  if #others > 0 then
    self:move_to(others[0].x, others[0].y)
  else
    self:wander()
  end
end
return policy
