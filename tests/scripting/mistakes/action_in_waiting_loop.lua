local policy = {}
function policy.act(self, world)
  while self.x < 10 do
    self:move(1, 0)
  end
end
return policy
