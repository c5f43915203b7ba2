-- expect: ok
local t = {}
for i = 1, 200 do t[i] = i * 7919 % 211 end
table.sort(t, function(a, b) return true end)
return #t
