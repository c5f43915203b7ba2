-- expect: ok
local events = {}
rawset(events, "__concat", function(a, b) return "x" end)
local v, n = setmetatable({}, events), 0
for i = 1, 20000 do n = n + #(v .. i .. "" .. v .. (i % 3 == 0 and v or "y")) end
return n
