-- expect: fuel
local s = ("("):rep(1e5)
while true do s:find("%b()") end
