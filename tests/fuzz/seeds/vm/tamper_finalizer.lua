-- expect: refused
setmetatable({}, {__gc = function() end})
