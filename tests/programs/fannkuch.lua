-- Reverses prefixes of every permutation of 1 … n until 1 is in front; the longest wait counts.
local n = ... or 7
local function fannkuch()
  local p, q, count = {}, {}, {}
  for i = 1, n do p[i] = i; count[i] = i end
  local checksum, longest, sign = 0, 0, 1
  while true do
    for i = 1, n do q[i] = p[i] end
    local flips, first = 0, q[1]
    while first ~= 1 do
      local low, high = 1, first
      while low < high do
        q[low], q[high] = q[high], q[low]
        low, high = low + 1, high - 1
      end
      flips = flips + 1
      first = q[1]
    end
    checksum = checksum + sign * flips
    if flips > longest then longest = flips end
    if sign == 1 then
      p[1], p[2], sign = p[2], p[1], -1
    else
      p[2], p[3], sign = p[3], p[2], 1
      local i = 3
      while true do
        if count[i] ~= 1 then
          count[i] = count[i] - 1
          break
        end
        if i == n then return checksum, longest end
        count[i] = i
        local moved = p[1]
        for j = 1, i do p[j] = p[j + 1] end
        i = i + 1
        p[i] = moved
      end
    end
  end
end
local checksum, longest = fannkuch()
return checksum .. " " .. longest
