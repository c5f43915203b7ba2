-- Goes from cell to cell, to the open neighbour that is nearest to the target and was seldom
-- visited.
local policy = {}

local VISIT_COST = 3  -- metres that an earlier visit counts
local WAYS = {{1, 0}, {0, 1}, {-1, 0}, {0, -1}}

local function key(world, x, y)
  return math.floor(y) * world.width + math.floor(x)
end

function policy.act(self, world)
  local memory, target = self.memory, world.target()
  memory.visits = memory.visits or {}
  local next_cell = memory.next_cell
  if next_cell and math.abs(next_cell.x - self.x) + math.abs(next_cell.y - self.y) > 0.1 then
    return self:move_to(next_cell.x, next_cell.y)
  end
  local here = key(world, self.x, self.y)
  memory.visits[here] = (memory.visits[here] or 0) + 1
  local least
  for _, way in ipairs(WAYS) do
    local x, y = math.floor(self.x) + 0.5 + way[1], math.floor(self.y) + 0.5 + way[2]
    local cost = math.abs(target.x - x) + math.abs(target.y - y) +
        VISIT_COST * (memory.visits[key(world, x, y)] or 0)
    if world.tile(x, y) == "open" and (not least or cost < least) then
      least, memory.next_cell = cost, {x = x, y = y}
    end
  end
  if not least then return self:wander() end
  return self:move_to(memory.next_cell.x, memory.next_cell.y)
end

return policy
