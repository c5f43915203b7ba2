-- expect: error stack overflow
local count = 0
local function f(a)
  local b, c, d, e, g, h, i, j, k, l, m, n = a, a, a, a, a, a, a, a, a, a, a, a
  local t = {a, b, c, d, e, g, h, i, j, k, l, m, n, a, b, c, d, e, g, h, i, j, k, l, m, n,
    {a, b, c, d, e, g, h, i, j, k, l, m, n, {a, b, c, d, e, g, h, i, j, k, l, m, n, {
      a, b, c, d, e, g, h, i, f(a + 1)}}}}
  count = count + 1
  return #t
end
return f(1)
