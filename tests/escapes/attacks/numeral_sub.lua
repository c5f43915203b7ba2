-- expect: error no string may be a number
local part = ("x" .. ("1"):rep(60000) .. "y"):rep(1):sub(2, 60001)
local long = ("x" .. part .. part):sub(2)
return long + 1
