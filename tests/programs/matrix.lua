-- Multiplies two square matrices kept as tables of rows.
local n = ... or 20
local function make(seed)
  local rows = {}
  for i = 1, n do
    local row = {}
    for j = 1, n do row[j] = (i * seed + j) % 7 - 3 end
    rows[i] = row
  end
  return rows
end
local a, b, trace = make(3), make(5), 0
for i = 1, n do
  local row = a[i]
  for j = 1, n do
    local sum = 0
    for k = 1, n do sum = sum + row[k] * b[k][j] end
    if i == j then trace = trace + sum end
  end
end
return tostring(trace)
