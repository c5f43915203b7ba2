-- A best-first search with a heap of its own; plain tables throughout.
local policy = {}

local function push(heap, node)
  heap[#heap + 1] = node
  local i = #heap
  while i > 1 do
    local parent = math.floor(i / 2)
    if heap[parent].cost <= heap[i].cost then break end
    heap[parent], heap[i] = heap[i], heap[parent]
    i = parent
  end
end

local function pop(heap)
  local top, last = heap[1], table.remove(heap)
  if #heap == 0 then return top end
  heap[1] = last
  local i = 1
  while true do
    local child = 2 * i
    if child > #heap then break end
    if child < #heap and heap[child + 1].cost < heap[child].cost then child = child + 1 end
    if heap[i].cost <= heap[child].cost then break end
    heap[i], heap[child] = heap[child], heap[i]
    i = child
  end
  return top
end

local STEPS = {{1, 0}, {-1, 0}, {0, 1}, {0, -1}}

function policy.act(self, world)
  local sx, sy = math.floor(self.x), math.floor(self.y)
  local heap, seen, turns = {}, {}, 0
  push(heap, {x = sx, y = sy, cost = 0})
  while #heap > 0 and turns < 20 do
    turns = turns + 1
    local node = pop(heap)
    if node.cost > 5 then
      return self:move_to(node.x + 0.5, node.y + 0.5)
    end
    for _, step in ipairs(STEPS) do
      local x, y = node.x + step[1], node.y + step[2]
      local key = x * 1000 + y
      if not seen[key] and world.tile(x + 0.5, y + 0.5) == "open" then
        seen[key] = true
        push(heap, {x = x, y = y, cost = node.cost + 1 + math.abs(x - sx) * 0.1})
      end
    end
  end
  return self:wander()
end

return policy
