-- expect: fuel
print((function() while true do end end)())
