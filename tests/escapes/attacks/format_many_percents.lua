-- expect: fuel
local f = ("%%"):rep(1e5)
while true do string.format(f) end
