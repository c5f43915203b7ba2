-- expect: ok|fuel|memory
-- Strings that differ in their last byte are compared by the default comparator.
local same = ("x"):rep(1000000)
local list = {}
for i = 1, 20 do list[i] = same .. string.char(64 + i * 7 % 20) end
for i = 1, 100000 do table.sort(list) table.sort(list, function(a, b) return a > b end) end
return #list
