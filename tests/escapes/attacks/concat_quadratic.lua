-- expect: fuel|memory
local s = "x"
for i = 1, 1e6 do s = s .. i end
return #s
