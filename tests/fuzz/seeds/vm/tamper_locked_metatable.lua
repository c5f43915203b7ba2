-- expect: error protected
local t = setmetatable({}, {__metatable = "mine"})
setmetatable(t, {})
