-- expect: refused
local µ = 1e9
return µ
