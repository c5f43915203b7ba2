local policy = {}
function policy.act(self, world)
  self:move_to(math.clamp(self.x + 1, 0, world.width), self.y)
end
return policy
