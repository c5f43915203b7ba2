-- expect: fuel
local t = {}
for i = 1, 1000 do t["k" .. i] = i end
while true do for _ in pairs(t) do end end
