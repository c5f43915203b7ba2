local policy = {}

local function key(x, y) return math.floor(x) .. ":" .. math.floor(y) end

function policy.act(self, world)
  local memory = self.memory
  memory.visited = memory.visited or {}
  memory.order = memory.order or {}
  local here = key(self.x, self.y)
  memory.visited[here] = (memory.visited[here] or 0) + 1
  table.insert(memory.order, here)
  if #memory.order > 20 then table.remove(memory.order, 1) end
  local best_dx, best_dy, best = 0, 0, math.huge
  for dx = -1, 1 do
    for dy = -1, 1 do
      if dx == 0 or dy == 0 then
        local seen = memory.visited[key(self.x + dx, self.y + dy)] or 0
        if world.tile(self.x + dx, self.y + dy) ~= "open" then goto continue end
        if seen < best then best_dx, best_dy, best = dx, dy, seen end
      end
      ::continue::
    end
  end
  self:move(best_dx, best_dy)
end

return policy
