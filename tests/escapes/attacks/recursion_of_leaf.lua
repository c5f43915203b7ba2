-- expect: error stack overflow
-- A function that its callers pay for comes back to itself through an event.
local function get(t) return t.x end
local t = setmetatable({}, {__index = function(t) return 1 + get(t) end})
return get(t)
