-- expect: memory|fuel
local s = ("x"):rep(1e4):gsub("", ("y"):rep(1e4))
return #s
