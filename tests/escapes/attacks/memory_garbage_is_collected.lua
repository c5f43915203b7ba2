-- expect: fuel
while true do local t = {1, 2, 3, 4} end
