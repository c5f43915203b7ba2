-- Real-time A* (Korf 1990): goes to the neighbour cell that looks nearest to the target, and leaves
-- behind what the second best would have cost, so that ways that led nowhere close behind it.
local policy = {}

local WAYS = {{1, 0}, {0, 1}, {-1, 0}, {0, -1}}
local HAZARD_COST = 30  -- cells that it would rather walk around
local CLOSED = 9999
local CORRIDOR_MAX = 12  -- cells; more are never in view

local function cell_key(x, y)
  return math.floor(x) * 1000 + math.floor(y)
end

local function passable(tile)
  return tile == "open" or tile == "hazard"
end

-- What it costs to go from the centre (x, y) one cell along `way`, down the corridor there as far
-- as it is in view, and on to the target. A corridor that is seen to end is closed.
local function corridor_cost(memory, world, goal, x, y, way)
  local cost, far = 0, 0
  local dx, dy = way[1], way[2]
  x, y = x + dx, y + dy
  if not passable(world.tile(x, y)) then return CLOSED end
  for _ = 1, CORRIDOR_MAX do
    cost = cost + (world.tile(x, y) == "hazard" and HAZARD_COST or 1)
    local learned = memory.left[cell_key(x, y)]
    far = math.abs(goal.x - x) + math.abs(goal.y - y)
    local exits, on_x, on_y = 0, 0, 0
    for _, side in ipairs(WAYS) do
      local tile = world.tile(x + side[1], y + side[2])
      if not tile then exits = 9 end
      if passable(tile) and not (side[1] == -dx and side[2] == -dy) then
        exits, on_x, on_y = exits + 1, side[1], side[2]
      end
    end
    if learned then return cost + learned end
    if far < 0.5 or exits > 1 then return cost + far end
    if exits == 0 then return CLOSED end
    dx, dy = on_x, on_y
    x, y = x + dx, y + dy
  end
  return cost + far
end

local function choose(self, world, goal)
  local memory = self.memory
  local here_x, here_y = math.floor(self.x) + 0.5, math.floor(self.y) + 0.5
  local best, second = CLOSED, CLOSED
  for _, way in ipairs(WAYS) do
    local cost = corridor_cost(memory, world, goal, here_x, here_y, way)
    if cost < best then
      best, second = cost, best
      memory.x, memory.y = here_x + way[1], here_y + way[2]
    elseif cost < second then
      second = cost
    end
  end
  memory.left[cell_key(self.x, self.y)] = second
end

function policy.init(self, config)
  self.memory.left = {}
end

function policy.act(self, world)
  local memory = self.memory
  local goal = world.target()
  if not goal then return self:wander() end
  local arrived = not memory.x or
    (math.abs(self.x - memory.x) < 0.05 and math.abs(self.y - memory.y) < 0.05)
  if arrived or self.last_move == "blocked" then choose(self, world, goal) end
  if not memory.x then return self:wander() end
  return self:move_to(memory.x, memory.y)
end

return policy
