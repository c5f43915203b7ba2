-- The game of life on a torus, with a glider and some noise.
local generations = ... or 10
local size = 32
local cells = {}
for y = 1, size do
  cells[y] = {}
  for x = 1, size do cells[y][x] = (x * 7 + y * 13 + x * y) % 5 == 0 and 1 or 0 end
end
local function step(old)
  local new = {}
  for y = 1, size do
    local up, here, down = old[(y - 2) % size + 1], old[y], old[y % size + 1]
    local row = {}
    for x = 1, size do
      local left, right = (x - 2) % size + 1, x % size + 1
      local around = up[left] + up[x] + up[right] + here[left] + here[right] + down[left] +
        down[x] + down[right]
      row[x] = (around == 3 or around == 2 and here[x] == 1) and 1 or 0
    end
    new[y] = row
  end
  return new
end
for _ = 1, generations do cells = step(cells) end
local alive = 0
for y = 1, size do
  for x = 1, size do alive = alive + cells[y][x] end
end
return alive .. " " .. table.concat(cells[1])
