local policy = {}
function policy.act(self, world)
  self:move_to(world.nearest("food", 9).x, self.y)
end
return policy
