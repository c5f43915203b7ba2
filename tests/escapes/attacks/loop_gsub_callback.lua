-- expect: fuel
("x"):gsub(".", function() while true do end end)
