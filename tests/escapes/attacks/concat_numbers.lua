-- expect: ok|fuel|memory
local list = {}
for i = 1, 50000 do list[i] = i / 7 end
local sum = 0
for i = 1, 1000 do sum = sum + #table.concat(list) end
return sum
