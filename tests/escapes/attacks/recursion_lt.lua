-- expect: error stack overflow
local m = {}
m.__lt = function(a, b) return not (a < b) end
return setmetatable({}, m) < setmetatable({}, m)
