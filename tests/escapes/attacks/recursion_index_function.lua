-- expect: error stack overflow
local t = {}
setmetatable(t, {__index = function(s, k) return s[k .. "x"] .. "" end})
return t.a
