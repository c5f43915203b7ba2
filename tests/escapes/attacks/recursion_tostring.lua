-- expect: error stack overflow
local m = {}
m.__tostring = function(t) return tostring(t) .. "x" end
return tostring(setmetatable({}, m))
