-- expect: ok
local t = {b = 2, a = 1, c = 3}
local _, state = pairs(t)
for i = 1, 10 do state[i] = "zzz" end
local seen = ""
for key, value in pairs(t) do seen = seen .. key .. value end
assert(seen == "a1b2c3", seen)
return seen
