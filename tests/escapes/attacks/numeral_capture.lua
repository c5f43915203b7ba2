-- expect: error no string may be a number
local digits = ("1"):rep(50000)
return (("x" .. digits .. digits):match("%d+")) * 2
