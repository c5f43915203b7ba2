-- Walks to the middle of the map when hungry, rests when tired, else circles around it.
local policy = {}

function policy.act(self, world)
  local dx, dy = world.width / 2 - self.x, world.depth / 2 - self.y
  if self.hunger > 0.5 then
    return self:move(dx * 0.1, dy * 0.1)
  end
  if self.energy < 0.3 then
    return self:rest()
  end
  return self:move(-dy * 0.05, dx * 0.05)
end

return policy
