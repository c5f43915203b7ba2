-- expect: error
local m = getmetatable(math)
m.__index = {}
