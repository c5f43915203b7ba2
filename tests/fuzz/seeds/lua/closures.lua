local function counter()
  local n = 0
  return function() n = n + 1 return n end, function() return n end
end
local list = {}
for i = 1, 10 do
  local step, read = counter()
  for _ = 1, i do step() end
  list[i] = read
end
local sum = 0
for i = 1, 10 do sum = sum + list[i]() end
local function compose(f, g) return function(...) return f(g(...)) end end
local inc, double = function(x) return x + 1 end, function(x) return x * 2 end
return sum .. " " .. compose(inc, double)(10) .. " " .. select("#", (function(...) return ... end)(1, nil, nil))
