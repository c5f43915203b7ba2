-- expect: memory
local s = ("x"):rep(1e6)
local t = s .. s .. s .. s .. s .. s .. s .. s .. s .. s
return #t
