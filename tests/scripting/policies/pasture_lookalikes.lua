-- All of this works, though much of it looks like a mistake at first sight.
local policy = {}
policy.__index = policy
local CONFIG = { radius = 8, kinds = {"grass", "rabbit"} }
local DIRS = setmetatable({}, {
  __index = function(t, k) return 0 end,
  __call = function(self, a) return a end,
})
local function dist(a, b) return math.sqrt((a.x-b.x)^2 + (a.y-b.y)^2) end
local Stack = {}
function Stack.new() return setmetatable({items = {}}, {__index = Stack}) end
function Stack.push(self, v)
  self.items[#self.items + 1] = v
  self.top = v
end
function Stack.pop(self)
  local v = self.items[#self.items]
  self.items[#self.items] = nil
  return v
end
local memo = nil
local function lazy() return memo or 3 end
local function update(t, k, v) t[k] = v; return t end
local function pick(self, world, list)
  local best
  for _, kind in ipairs(list) do
    local s = world.nearest(kind, CONFIG.radius)
    if s and (not best or s.distance < best.distance) then best = s end
  end
  return best
end
local handlers = {
  hungry = function(self, world) return self:wander() end,
  ["full"] = function(me) me:rest() end,
}
local function with_default(world, opts)
  opts = opts or {}
  opts.radius = opts.radius or 5
  return world.neighbors(opts.species or "any", opts.radius)
end
function policy.init(self)
  self.memory.stack = {}
  self.memory.n = 0
end
function policy:decide(self_, world_) return self_.hunger > 0.5 and "hungry" or "full" end
function policy.act(self, world)
  local st = Stack.new()
  Stack.push(st, 3)
  local v = Stack.pop(st)
  local name = policy:decide(self, world)
  local here = {x = self.x, y = self.y}
  local food = pick(self, world, CONFIG.kinds)
  local near = with_default(world, {radius = 3})
  if food then
    local d = dist(self, food)
    local d2 = dist(here, food)
    local target = food.distance < 3 and food or near[1]
    if target then self:move_to(target.x, target.y) end
    if d <= self.reach then self:eat(food.id) end
    here = food
    self:note("going to " .. food.species .. " at " .. here.x)
    self.memory.goal = {id = food.id, x = food.x, y = food.y, species = food["species"]}
  end
  for i = 1, #near do
    local n = near[i]
    if n.species == self.species and n.distance < 1 then self:move(self.x - n.x, self.y - n.y) end
  end
  local goal = self.memory.goal
  if goal then
    goal.age = (goal.age or 0) + 1
    if goal.age > 10 then self.memory.goal = nil end
    if goal.age < 5 then self:eat(goal) end
    self:eat(self.memory.goal or goal)
  end
  update(self.memory, "n", self.memory.n + 1)
  table.insert(self.memory.stack, {self.x, self.y})
  local handler = handlers[name]
  if handler then return handler(self, world) end
  local act = self.wander
  act(self)
  local tmp = world.nearest("any", 5)
  local tx, ty = tmp and tmp.x or self.x, tmp and tmp.y or self.y
  local s = world.path_step(tx, ty)
  local best_step = s or {x = tx, y = ty, length = 0}
  self:move_to(best_step.x, best_step.y)
  local k = DIRS.foo + DIRS(3)
  self:say(("%s:%d"):format(name, k))
  local r = math.random(#CONFIG.kinds)
  local w = world.tile(math.floor(self.x), math.floor(self.y)) or "wall"
  if w == "hazard" or w == "wall" then self.wander(self) end
  local ok = not (self.last_move == "blocked")
  do
    local world = {nearest = function(a) return a end, foo = 1}
    local q = world.foo
    world.bar = q
  end
  local function inner(self)
    self.mark = 1
    return self
  end
  inner({})
  return self
end
return policy
