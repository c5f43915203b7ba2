-- expect: error
local m = getmetatable("")
m.__index = nil
