local policy = {}
function policy.act(self, world, dt)
  self:move(self.speed * dt, 0)
end
return policy
