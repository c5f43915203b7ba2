-- expect: error no string may be a number
local digits = ("1"):rep(50000)
local sum = 0
for text in ("x" .. digits .. digits .. "x" .. digits):gmatch("(%d+)") do sum = sum + text end
return sum
