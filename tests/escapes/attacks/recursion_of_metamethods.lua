-- expect: error stack overflow
local depth = 0
local t
local events = {}
function events.__index(_, key) depth = depth + 1 return t + key end
function events.__add(a, b) return -a end
function events.__unm(a) return a .. "x" end
function events.__concat(a, b) return a < a end
function events.__lt(a, b) return a() end
function events.__call(self) return 1 + #self[depth] end
t = setmetatable({}, events)
return t.x
