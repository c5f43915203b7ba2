-- expect: ok
return setmetatable({1}, {__index = function() while true do end end, __len = function() while true do end end})
