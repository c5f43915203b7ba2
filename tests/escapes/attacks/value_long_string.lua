-- expect: error strings of more than
local s = ("x"):rep(3e6)
return s
