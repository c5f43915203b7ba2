-- expect: memory|fuel
local s = ("x"):rep(1e3):gsub(".+", ("%0"):rep(1e5))
return #s
