local binaryheap = require("binaryheap")
local heap, random, out = binaryheap.minUnique(), 5, {}
for i = 1, 200 do
  random = random * 16807 % 2147483647
  heap:insert(random % 1000 + i / 1000, "item" .. i)
end
for i = 10, 200, 10 do heap:update("item" .. i, i) end
heap:remove("item5")
while true do
  local payload, value = heap:pop()
  if payload == nil then break end
  out[#out + 1] = tostring(payload) .. ":" .. tostring(value)
end
return table.concat(out, " ")
