local n = 40
local function a(i, j) local ij = i + j - 1 return 1 / (ij * (ij - 1) * 0.5 + i) end
local function av(x, y)
  for i = 1, n do
    local sum = 0
    for j = 1, n do sum = sum + x[j] * a(i, j) end
    y[i] = sum
  end
end
local u, v = {}, {}
for i = 1, n do u[i] = 1 end
for _ = 1, 10 do av(u, v) av(v, u) end
local uv, vv = 0, 0
for i = 1, n do uv = uv + u[i] * v[i] vv = vv + v[i] * v[i] end
return string.format("%.9f", math.sqrt(uv / vv))
