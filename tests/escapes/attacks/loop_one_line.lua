-- expect: fuel
local i = 0 while i >= 0 do i = i + 1 end
