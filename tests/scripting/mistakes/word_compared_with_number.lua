local policy = {}
function policy.act(self, world)
  if self.last_move == 0 then self:wander() else self:idle() end
end
return policy
