local policy = {}
function policy.act(self, world)
  for _, other in ipairs(world.neighbors("any", 5)) do
    if other.species == self.species then
      goto continue
    end
    self:move(self.x - other.x, self.y - other.y)
  end
end
return policy
