-- expect: error contain themselves
local t = {}
t.t = t
return t
