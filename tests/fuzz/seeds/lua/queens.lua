local n, solutions = 7, 0
local columns, up, down = {}, {}, {}
local function place(row)
  if row > n then solutions = solutions + 1 return end
  for column = 1, n do
    if not columns[column] and not up[row + column] and not down[row - column] then
      columns[column], up[row + column], down[row - column] = true, true, true
      place(row + 1)
      columns[column], up[row + column], down[row - column] = nil, nil, nil
    end
  end
end
place(1)
return tostring(solutions)
