local fifo = require("fifo")
local queue, out = fifo(1, 2, 3), {}
for i = 4, 30 do queue:push(i) end
queue:insert(2, "second")
queue:remove(5)
for _ = 1, 10 do out[#out + 1] = tostring(queue:pop()) end
return table.concat(out, " ") .. " " .. queue:length() .. " " .. tostring(queue:peek())
