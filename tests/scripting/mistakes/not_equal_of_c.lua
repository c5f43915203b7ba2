local policy = {}
function policy.act(self, world)
  if self.last_move != "blocked" then
    self:wander()
  end
end
return policy
