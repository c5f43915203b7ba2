-- expect: refused
local m = {}
function m:__gc() end
