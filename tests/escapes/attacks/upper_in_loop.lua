-- expect: fuel
local big = ("x"):rep(1e6)
while true do big:upper() end
