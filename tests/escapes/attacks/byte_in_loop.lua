-- expect: fuel
local big = ("x"):rep(3000)
while true do big:byte(1, -1) end
