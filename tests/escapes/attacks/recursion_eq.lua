-- expect: error stack overflow
local m = {}
m.__eq = function(a, b) return not (a == b) end
return setmetatable({}, m) == setmetatable({}, m)
