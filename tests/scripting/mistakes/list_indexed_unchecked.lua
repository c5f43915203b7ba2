local policy = {}
function policy.act(self, world)
  local others = world.neighbors("any", 4)
  self:move_to(others[1].x, others[1].y)
end
return policy
