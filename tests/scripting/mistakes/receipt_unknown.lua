local policy = {}
function policy.act(self, world)
  if self.last_move == "failed" then self:wander() else self:move(1, 0) end
end
return policy
