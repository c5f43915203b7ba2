-- expect: fuel
local function f(...)
  while true do
    local t = {...}
    f_last = select("#", ...) + #t
  end
end
local t = {}
for i = 1, 3900 do t[i] = i end
f(unpack(t))
