-- expect: memory
local big, t = ("x"):rep(1e6), {}
for i = 1, 1000 do t[i] = big end
local s = table.concat(t)
return #s
