-- expect: error attempt to call
pcall(function() while true do end end)
