-- Chooses among actions by their scores.
local M = {}
local Agent = {}
Agent.__index = Agent
local PRIORITY = { eat = 1, rest = 2 }
local actions = {
  {
    name = "eat",
    score = function(self, world) return self.hunger end,
    run = function(self, world)
      local f = world.nearest("food", 9)
      if f then
        self:move_to(f.x, f.y)
        self:eat(f)
      end
    end,
  },
  {
    name = "rest",
    score = function(self) return 1 - self.energy end,
    run = function(self) self:rest() end,
  },
}
local function queue_push(q, v) q[#q + 1] = v end
local function normalize(x, y)
  local len = math.sqrt(x * x + y * y)
  if len == 0 then return 0, 0, 0 end
  return x / len, y / len, len
end
local function clamp(v, lo, hi)
  if v < lo then return lo elseif v > hi then return hi end
  return v
end
local function make_grid(w, h)
  local g = {}
  for y = 1, h do g[y] = {} for x = 1, w do g[y][x] = 0 end end
  return g
end
local function bfs(world, sx, sy)
  local frontier, came = {{sx, sy}}, {}
  local head = 1
  while frontier[head] do
    local c = frontier[head]; head = head + 1
    for _, d in ipairs({{1,0},{-1,0},{0,1},{0,-1}}) do
      local nx, ny = c[1] + d[1], c[2] + d[2]
      local k = nx .. "," .. ny
      if not came[k] and world.tile(nx, ny) == "open" and head < 20 then
        came[k] = c
        frontier[#frontier + 1] = {nx, ny}
      end
    end
  end
  return came
end
function M.act(self, world)
  local mem = self.memory
  mem.visits = mem.visits or {}
  local cell = math.floor(self.x) * 1000 + math.floor(self.y)
  mem.visits[cell] = (mem.visits[cell] or 0) + 1
  mem.dir = mem.dir or math.random() * 2 * math.pi
  local best, score = nil, -1
  for _, a in ipairs(actions) do
    local s = a.score(self, world) * (PRIORITY[a.name] or 1)
    if s > score then best, score = a, s end
  end
  local q = {}
  queue_push(q, best)
  local dx, dy, len = normalize(math.cos(mem.dir), math.sin(mem.dir))
  local free = world.clear(dx, dy, 2)
  if free < 0.5 or self.last_move == "blocked" then mem.dir = mem.dir + math.pi / 2 end
  local threats = world.neighbors("any", clamp(self.sense_radius, 1, 5))
  local ax, ay, n = 0, 0, 0
  for i, t in pairs(threats) do
    ax, ay, n = ax + t.x, ay + t.y, n + 1
  end
  if n > 0 then ax, ay = ax / n, ay / n end
  local g = make_grid(3, 3)
  g[1][1] = n
  local came = bfs(world, self.x, self.y)
  table.sort(threats, function(a, b) return a.distance > b.distance end)
  local far = threats[#threats]
  local tgt = far
  if not tgt then tgt = {x = ax, y = ay} end
  self:move(tgt.x - self.x, tgt.y - self.y)
  if best then best.run(self, world) end
  mem.tick = world.tick
  mem.last = far and far.id or nil
  return
end
function M.collect(step)
  local s = step.self
  local visits = s.memory.visits and #s.memory.visits or 0
  return {x = s.x, y = s.y, e = s.energy, visits = visits, t = step.time}
end
return M
