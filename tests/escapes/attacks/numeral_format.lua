-- expect: error no string may be a number
local digits = ("1"):rep(50000)
return -string.format("%s%s", digits, digits)
