-- expect: ok|memory
local t = {}
for i = 1, 30 do t[2 ^ i] = i end
return t[2 ^ 30]
