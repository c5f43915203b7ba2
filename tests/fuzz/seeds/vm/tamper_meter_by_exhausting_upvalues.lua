-- expect: ok
local f = 1
local function g() return f end
return g()
