-- expect: ok
local events = {}
events["__con" .. "cat"] = function(a, b) return "" end
local v = setmetatable({}, events)
local parts = 0
for i = 1, 20000 do
  local s = "a" .. v .. "b" .. i .. v
  parts = parts + #s
  if i % 5 == 0 then s = s .. v .. s end
end
return parts
