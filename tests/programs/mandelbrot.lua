-- Counts the points of a square that stay near the origin.
local size = ... or 40
local inside, steps = 0, 0
for row = 0, size - 1 do
  local ci = 2 * row / size - 1
  for column = 0, size - 1 do
    local cr = 2 * column / size - 1.5
    local zr, zi, i = 0, 0, 0
    while i < 50 do
      local rr, ii = zr * zr, zi * zi
      if rr + ii > 4 then break end
      zr, zi = rr - ii + cr, 2 * zr * zi + ci
      i = i + 1
    end
    steps = steps + i
    if i == 50 then inside = inside + 1 end
  end
end
return inside .. " " .. steps
