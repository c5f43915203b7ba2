-- expect: ok
-- Metamethods are handed down by copying, as classes do; the loop is hot before.
local base = {}
for _, name in ipairs({"__add", "__concat", "__lt"}) do base[name] = function(a, b) return 1 end end
local class, n = {}, 0
local function join(v) return v .. "a" .. 1 .. v end
for i = 1, 20000 do n = n + #join("x") end
for key, event in pairs(base) do class[key] = event end
local v = setmetatable({}, class)
for i = 1, 20000 do n = n + join(v) end
return n
