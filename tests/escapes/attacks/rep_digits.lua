-- expect: error no string may be a number of more than 65536 characters
local s = (" "):rep(1e6) .. "7"
local sum = 0
while true do sum = sum + s end
