local policy = {}
function policy.act(self, world)
  local dx = self.hunger > 0.5 ? 1 : -1
  self:move(dx, 0)
end
return policy
