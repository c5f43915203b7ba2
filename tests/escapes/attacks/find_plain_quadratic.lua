-- expect: fuel
local s = ("a"):rep(1e6)
local n = ("a"):rep(5e5) .. "b"
while true do s:find(n, 1, true) end
