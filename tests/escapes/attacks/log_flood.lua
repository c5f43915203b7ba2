-- expect: fuel
while true do print("spam") end
