-- expect: fuel
while true do math.abs(1) end
