-- expect: watchdog
-- A table that was large once is walked for the price of an empty one.
local t = {}
for i = 1, 100000 do t["k" .. i] = i end
for i = 1, 100000 do t["k" .. i] = nil end
local sum = 0
for i = 1, 100000 do sum = sum + table.maxn(t) end
return sum
