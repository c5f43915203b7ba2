-- Sorts pseudo-random numbers in a binary heap.
local n = ... or 400
local values, random = {}, 42
for i = 1, n do
  random = (random * 3877 + 29573) % 139968
  values[i] = random / 139968
end
local function sift_down(heap, from, last)
  local value = heap[from]
  while true do
    local child = 2 * from
    if child > last then break end
    if child < last and heap[child] < heap[child + 1] then child = child + 1 end
    if value >= heap[child] then break end
    heap[from] = heap[child]
    from = child
  end
  heap[from] = value
end
for i = math.floor(n / 2), 1, -1 do sift_down(values, i, n) end
for last = n, 2, -1 do
  values[1], values[last] = values[last], values[1]
  sift_down(values, 1, last - 1)
end
for i = 2, n do assert(values[i - 1] <= values[i]) end
return ("%.6f %.6f %.6f"):format(values[1], values[math.floor(n / 2)], values[n])
