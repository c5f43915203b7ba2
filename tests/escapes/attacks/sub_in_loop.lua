-- expect: fuel
local big = ("x"):rep(1e6)
local i = 0
while true do i = i % 100 + 1 big:sub(i) end
