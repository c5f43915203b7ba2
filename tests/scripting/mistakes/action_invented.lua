local policy = {}
function policy.act(self, world)
  self:move_towards(world.width / 2, world.depth / 2)
end
return policy
