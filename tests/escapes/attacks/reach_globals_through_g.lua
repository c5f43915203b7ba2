-- expect: ok
local names = {}
for name in pairs(_G) do names[#names + 1] = name end
return names
