local policy = {}
function policy.act(self, world)
  if self.hunger > 0.5 then
    local dx = 1
  else
    local dx = -1
  end
  self:move(dx, 0)
end
return policy
