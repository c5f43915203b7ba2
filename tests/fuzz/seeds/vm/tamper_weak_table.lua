-- expect: refused
setmetatable({}, {__mode = "k"})
