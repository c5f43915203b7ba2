local function sum(...)
  local total = 0
  for i = 1, select("#", ...) do total = total + (select(i, ...) or 0) end
  return total
end
local function pass(...) return ... end
local packed = {pass(1, nil, 3)}
local a, b, c = pass(1, 2)
return sum(1, 2, 3) .. sum(pass(4, 5)) .. tostring(c) .. #{pass(1, 2, 3), pass(4, 5)} .. tostring(packed[3]) ..
  sum(unpack({1, 2, 3}, 2)) .. (pass(9, 8)) .. tostring(pass() == nil)
