-- Thinks for as long as the tick's fuel allows.
local policy = {}

function policy.act(self, world)
  local best, best_x, best_y = -1, self.x, self.y
  while self.fuel > 15000 and best < 0.9 do
    local x, y = math.random() * world.width, math.random() * world.depth
    local score = math.abs(math.sin(x) * math.cos(y))
    if score > best then
      best, best_x, best_y = score, x, y
    end
  end
  return self:move_to(best_x, best_y)
end

return policy
