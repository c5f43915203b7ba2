-- expect: error cannot be changed
setmetatable(math, {})
