-- expect: error no string may be a number of more than 4096 characters
local s = ""
for i = 1, 1e6 do s = s .. i end
return #s
