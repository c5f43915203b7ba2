-- expect: error|ok
local t = {}
for i = 1, 100 do t[i] = 100 - i end
table.sort(t, function(a, b) t[#t] = nil return (a or 0) < (b or 0) end)
