-- expect: fuel
local t = {}
for i = 1, 1e4 do t[i] = "xxxxxxxxxx" end
while true do table.concat(t) end
