local out = {}
for i = 1, 10 do
  if i % 2 == 0 then goto continue end
  out[#out + 1] = i
  ::continue::
end
local n = 0
::again::
n = n + 1
if n < 5 then goto again end
do
  local k = 0
  ::inner::
  k = k + 1
  if k < 3 then goto inner end
  n = n + k
end
while true do
  n = n + 1
  if n > 20 then break end
end
repeat local done = n > 30 n = n + 3 until done
return table.concat(out, ",") .. " " .. n
