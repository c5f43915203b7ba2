-- expect: ok
-- LuaJIT's compiler overwrites its stack here.
local events = {__concat = function() return "" end}
local joined = 0
for i = 1, 20000 do
  local v = setmetatable({}, events)
  if 1 .. v < v .. i .. "" .. v then joined = joined + 1 end
end
return joined
