-- expect: error stack overflow
local function f(...) return 1 + f(1, 2, 3, ...) end
return f()
