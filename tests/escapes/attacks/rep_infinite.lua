-- expect: memory
local s = ("x"):rep(math.huge)
return #s
