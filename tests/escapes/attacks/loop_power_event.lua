-- expect: fuel
local t = setmetatable({}, {__pow = function() while true do end end})
return t ^ 2
