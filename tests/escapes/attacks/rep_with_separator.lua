-- expect: memory
local s = (""):rep(1e9, "x")
return #s
