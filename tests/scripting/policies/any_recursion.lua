local policy = {}

local function best_direction(self, world, depth, x, y)
  if depth == 0 then return 0, 0 end
  for angle = 0, 3 do
    local dx, dy = math.cos(angle), math.sin(angle)
    if world.tile(x + dx, y + dy) == "open" then
      local ok = best_direction(self, world, depth - 1, x + dx, y + dy)
      if ok then return dx, dy end
    end
  end
  return self.x - x, self.y - y
end

function policy.act(self, world)
  local dx, dy = best_direction(self, world, 2, self.x, self.y)
  if dx == 0 and dy == 0 then self:idle() else self:move(dx, dy) end
end

function policy.finalize() return {} end

return policy
