-- expect: error invalid replacement
return ("x"):gsub("x", function() return {} end)
