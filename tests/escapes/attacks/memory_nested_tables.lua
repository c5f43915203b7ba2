-- expect: memory|fuel
local t = {}
for i = 1, 1e7 do t = {t} end
