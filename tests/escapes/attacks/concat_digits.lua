-- expect: error no string may be a number of more than 65536 characters
local s = "7"
for _ = 1, 20 do s = s .. s end
local sum = 0
while true do sum = sum + s end
