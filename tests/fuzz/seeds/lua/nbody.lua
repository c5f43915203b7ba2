local bodies = {
  {x = 0, y = 0, vx = 0, vy = 0, m = 40},
  {x = 5, y = 0, vx = 0, vy = 2.5, m = 0.1},
  {x = -8, y = 1, vx = 0.3, vy = -2, m = 0.2},
}
local function advance(dt)
  for i = 1, #bodies do
    local a = bodies[i]
    for j = i + 1, #bodies do
      local b = bodies[j]
      local dx, dy = a.x - b.x, a.y - b.y
      local mag = dt / (dx ^ 2 + dy ^ 2) ^ 1.5
      a.vx, a.vy = a.vx - dx * b.m * mag, a.vy - dy * b.m * mag
      b.vx, b.vy = b.vx + dx * a.m * mag, b.vy + dy * a.m * mag
    end
  end
  for _, b in ipairs(bodies) do b.x, b.y = b.x + dt * b.vx, b.y + dt * b.vy end
end
for _ = 1, 2000 do advance(0.005) end
return string.format("%.6f %.6f", bodies[2].x, bodies[3].y)
