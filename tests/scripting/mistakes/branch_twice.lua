local policy = {}
function policy.act(self, world)
  if self.last_move == "blocked" then
    self:wander()
  elseif self.last_move == "accepted" then
    self:move(1, 0)
  elseif self.last_move == "blocked" then
    self:rest()
  end
end
return policy
