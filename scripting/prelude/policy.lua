-- Drives the policy of one script version over the agents of a world: what `self` and `world` are,
-- and the loop of the decide phase. Trusted code; the policy gets only what is put into `self` and
-- `world` here.
local core, view_address, host, handler = ...
local ffi = require("ffi")
local charge, begin, remaining, freeze = core.charge, core.begin, core.remaining, core.freeze
local type, error, rawget, xpcall, setmetatable, tonumber, next =
  type, error, rawget, xpcall, setmetatable, tonumber, next
local bor, band, lshift, rshift = bit.bor, bit.band, bit.lshift, bit.rshift
local OUT_OF_FUEL, OUT_OF_MEMORY = core.OUT_OF_FUEL, core.OUT_OF_MEMORY

ffi.cdef [[
typedef struct {
  int32_t found, species;
  double id, x, y, z, distance;
} cherub_sighting;
typedef struct { int32_t found, length; double x, y; } cherub_step;
typedef struct {
  const void *world;
  const uint32_t *rows;
  uint32_t row_count, current_row;
  double tick, dt;
  const uint32_t *generation, *age, *collisions;
  const uint16_t *species;
  const float *x, *y, *z, *heading, *health, *energy, *hunger, *damage;
  const uint8_t *move_receipt, *ability_receipt, *message_receipt;
  uint8_t *move;
  float *move_x, *move_y, *move_z;
  uint8_t *ability;
  uint64_t *ability_target;
  uint32_t *ready;
  float *fuel;
  double fuel_total, fuel_max;
  void (*nearest)(const void *, uint32_t, int32_t, double, cherub_sighting *);
  int32_t (*neighbors)(const void *, uint32_t, int32_t, double, cherub_sighting *);
  int32_t (*count)(const void *, uint32_t, int32_t, double);
  int32_t (*tile)(const void *, uint32_t, double, double);
  double (*clear)(const void *, uint32_t, double, double, double);
  void (*path)(const void *, uint32_t, double, double, double, cherub_step *);
  void (*target)(const void *, uint32_t, cherub_sighting *);
} cherub_view;
]]
local view = ffi.cast("cherub_view *", view_address)
local sense_nearest, sense_neighbors, sense_count = view.nearest, view.neighbors, view.count
local sense_tile, sense_clear, sense_path, sense_target =
  view.tile, view.clear, view.path, view.target
local seen = ffi.new("cherub_sighting")
local many = ffi.new("cherub_sighting[32]")
local way = ffi.new("cherub_step")

local row = 0            -- of the agent that acts now
local memories = {}      -- by slot
local self, world        -- what policies see

-- Names that C++ knows by number; filled by set_scenario.
local species_names, species_index, species_facts = {}, {}, {}
local receipt_names, block_names = host.receipt_names, host.block_names

-- Rows come to shards in blocks of 2^12, to each of 2^3 shards in turn (policy_shard.h). The slots
-- of one shard's rows lie close together, so that memories are an array.
local function slot_of(agent_row)
  return bor(lshift(rshift(agent_row, 15), 12), band(agent_row, 4095)) + 1
end

------------------------------------------------------------------ what an agent knows of itself

local fields = {
  id = function() return view.generation[row] * 4294967296 + row end,
  species = function() return species_names[view.species[row]] end,
  x = function() return view.x[row] end,
  y = function() return view.y[row] end,
  z = function() return view.z[row] end,
  heading = function() return view.heading[row] end,
  speed = function() return species_facts[view.species[row]].speed end,
  sense_radius = function() return species_facts[view.species[row]].sense_radius end,
  reach = function() return species_facts[view.species[row]].reach end,
  health = function() return view.health[row] end,
  energy = function() return view.energy[row] end,
  hunger = function() return view.hunger[row] end,
  age = function() return view.age[row] * view.dt end,
  collisions = function() return view.collisions[row] end,
  damage = function() return view.damage[row] end,
  last_move = function() return receipt_names[view.move_receipt[row]] end,
  last_ability = function() return receipt_names[view.ability_receipt[row]] end,
  last_message = function() return receipt_names[view.message_receipt[row]] end,
  memory = function()
    local slot = slot_of(row)
    local memory = memories[slot]
    if not memory then
      memory = {}
      memories[slot] = memory
    end
    return memory
  end,
}

------------------------------------------------------------------ actions

local BY, TO, WANDER = 1, 2, 3
local EAT, REPRODUCE, REST = 1, 2, 3
local MESSAGE_BYTES_MAX = 200

local function complain(call, name, expected, value)
  error(call .. ": " .. name .. " must be " .. expected .. ", got " .. type(value), 0)
end

local function check_agent(me, call)
  if me ~= self then error("call actions with a colon: self:" .. call, 0) end
end

local actions = {}

local function movement(kind, call)
  return function(me, x, y, z)
    if me ~= self then check_agent(me, call) end
    if type(x) ~= "number" then
      complain("self:" .. call, "the first argument", "a number of metres", x)
    end
    if type(y) ~= "number" then
      complain("self:" .. call, "the second argument", "a number of metres", y)
    end
    if z ~= nil and type(z) ~= "number" then
      complain("self:" .. call, "z", "a number of metres", z)
    end
    view.move[row] = kind
    view.move_x[row], view.move_y[row] = x, y
    view.move_z[row] = z or (kind == TO and view.z[row] or 0)
    return me
  end
end
actions.move = movement(BY, "move(dx, dy)")
actions.move_to = movement(TO, "move_to(x, y)")

function actions.wander(me)
  if me ~= self then check_agent(me, "wander()") end
  view.move[row] = WANDER
  return me
end

function actions.idle(me)
  if me ~= self then check_agent(me, "idle()") end
  view.move[row] = 0
  view.ability[row] = 0
  return me
end

function actions.eat(me, target)
  if me ~= self then check_agent(me, "eat(target)") end
  local id = target
  if type(target) == "table" then id = rawget(target, "id") end
  if type(id) ~= "number" then
    complain("self:eat(target)", "target", "a sighting or an id", target)
  end
  view.ability[row] = EAT
  -- No entity has a negative or fractional id; the world answers no_such_target.
  view.ability_target[row] = (id >= 0 and id < 2 ^ 53) and id or 2 ^ 53
  return me
end

function actions.reproduce(me)
  if me ~= self then check_agent(me, "reproduce()") end
  view.ability[row] = REPRODUCE
  return me
end

function actions.rest(me)
  if me ~= self then check_agent(me, "rest()") end
  view.ability[row] = REST
  return me
end

function actions.say(me, text)
  if me ~= self then check_agent(me, "say(text)") end
  if type(text) ~= "string" then complain("self:say(text)", "text", "a string", text) end
  charge(10 + #text * 0.125)
  host.say(row, #text > MESSAGE_BYTES_MAX and text:sub(1, MESSAGE_BYTES_MAX + 1) or text)
  return me
end

function actions.note(me, text)
  if me ~= self then check_agent(me, "note(text)") end
  if type(text) ~= "string" and type(text) ~= "number" then
    complain("self:note(text)", "text", "a string", text)
  end
  text = text .. ""
  charge(10 + #text * 0.125)
  host.note(row, text:sub(1, MESSAGE_BYTES_MAX))
  return me
end

self = setmetatable({}, {
  __index = function(_, key)
    local field = fields[key]
    if field then return field() end
    return actions[key]
  end,
  __newindex = function(_, key, value)
    if key == "memory" and type(value) == "table" then
      memories[slot_of(row)] = value
      return
    end
    error("self cannot be changed (assigning '" .. tostring(key) ..
      "'): keep state in self.memory", 0)
  end,
  __metatable = "locked",
})

------------------------------------------------------------------ senses

local function species_number(name, call)
  local number = species_index[name]
  if not number then
    error("world." .. call .. ": there is no species '" .. tostring(name) .. "' here; there are " ..
          host.species_list, 0)
  end
  return number
end

local function check_number(value, name, call, unit)
  if type(value) ~= "number" then
    complain("world." .. call, name, "a number of " .. unit, value)
  end
end

local function sighting(from)
  return {
    id = from.id, species = species_names[from.species],
    x = from.x, y = from.y, z = from.z, distance = from.distance,
  }
end

local senses = {}

function senses.nearest(species, radius)
  charge(20)
  local number = species_index[species] or species_number(species, "nearest")
  if type(radius) ~= "number" then
    check_number(radius, "radius", "nearest(species, radius)", "metres")
  end
  sense_nearest(view.world, row, number, radius, seen)
  if seen.found == 0 then return nil end
  return sighting(seen)
end

function senses.neighbors(species, radius)
  charge(20)
  local number = species_index[species] or species_number(species, "neighbors")
  if type(radius) ~= "number" then
    check_number(radius, "radius", "neighbors(species, radius)", "metres")
  end
  local found = sense_neighbors(view.world, row, number, radius, many)
  charge(10 * found)
  local list = {}
  for i = 1, found do list[i] = sighting(many[i - 1]) end
  return list
end

function senses.count(species, radius)
  charge(20)
  local number = species_index[species] or species_number(species, "count")
  if type(radius) ~= "number" then
    check_number(radius, "radius", "count(species, radius)", "metres")
  end
  return sense_count(view.world, row, number, radius)
end

function senses.tile(x, y)
  charge(2)
  if type(x) ~= "number" then check_number(x, "x", "tile(x, y)", "metres") end
  if type(y) ~= "number" then check_number(y, "y", "tile(x, y)", "metres") end
  return block_names[sense_tile(view.world, row, x, y)]
end

function senses.clear(dx, dy, limit)
  charge(20)
  if type(dx) ~= "number" then check_number(dx, "dx", "clear(dx, dy, limit)", "metres") end
  if type(dy) ~= "number" then check_number(dy, "dy", "clear(dx, dy, limit)", "metres") end
  if type(limit) ~= "number" then check_number(limit, "limit", "clear(dx, dy, limit)", "metres") end
  return sense_clear(view.world, row, dx, dy, limit)
end

function senses.path_step(x, y, hazard_cost)
  charge(200)
  if type(x) ~= "number" then check_number(x, "x", "path_step(x, y)", "metres") end
  if type(y) ~= "number" then check_number(y, "y", "path_step(x, y)", "metres") end
  if hazard_cost == nil then hazard_cost = 10 end
  if type(hazard_cost) ~= "number" then
    check_number(hazard_cost, "hazard_cost", "path_step(x, y, hazard_cost)", "cells")
  end
  sense_path(view.world, row, x, y, hazard_cost, way)
  if way.found == 0 then return nil end
  return {x = way.x, y = way.y, length = way.length}
end

function senses.target()
  charge(5)
  sense_target(view.world, row, seen)
  if seen.found == 0 then return nil end
  return sighting(seen)
end

world = freeze(senses, "world")

------------------------------------------------------------------ the decide phase

local act, init, migrate, collect, finalize
local ACT_FUEL, LOAD_FUEL = host.fuel_per_act, host.fuel_per_load

-- A call that ended where the machine decided, not the meter, leaves no trace of how far it got:
-- what the agent remembered goes.
local function fault(err)
  if err == OUT_OF_FUEL then
    if host.fault(row, "fuel") then memories[slot_of(row)] = nil end
  elseif err == OUT_OF_MEMORY or err == "not enough memory" or err == "error in error handling" then
    memories[slot_of(row)] = nil
    host.fault(row, "memory")
  else
    host.fault(row, "error")
  end
end

-- A row with a new owner: forget the old one, then init. False when that failed: the agent does not
-- act in this tick.
local function welcome(mark)
  memories[slot_of(row)] = nil
  view.ready[row] = mark
  if not init then return true end
  begin(LOAD_FUEL)
  local ok, err = xpcall(init, handler, self, host.config)
  if not ok then fault(err) end
  return ok
end

-- Rows whose turn ends by a fault of the machine that was recorded.
local skipped, any_skipped = {}, false

local function skip(agent_row)
  skipped[agent_row], any_skipped = true, true
end

local function pass_over(mark)
  skipped[row] = nil
  any_skipped = next(skipped) ~= nil
  memories[slot_of(row)] = nil
  view.ready[row] = mark
end

local function act_now()
  begin(ACT_FUEL)
  local ok, err = xpcall(act, handler, self, world)
  if not ok then fault(err) end
  local used = ACT_FUEL - remaining()
  view.fuel[row] = used
  view.fuel_total = view.fuel_total + used
  if used > view.fuel_max then view.fuel_max = used end
end

-- For view.rows[first] … view.rows[last]. Answers whether any agent has a memory.
local function decide(first, last)
  senses.tick = view.tick
  senses.time = view.tick * view.dt
  local rows = view.rows
  for i = first, last do
    row = rows[i]
    view.current_row = row
    local mark = view.generation[row] + 1
    if any_skipped and skipped[row] then
      pass_over(mark)
    elseif view.ready[row] == mark or welcome(mark) then
      act_now()
    end
  end
  return next(memories) ~= nil
end

------------------------------------------------------------------ the contract

local function method(policy, name)
  local value = rawget(policy, name)
  if value ~= nil and type(value) ~= "function" then
    error("policy." .. name .. " must be a function, got " .. type(value), 0)
  end
  return value
end

-- Takes what the script's chunk returned.
local function install(policy)
  if type(policy) ~= "table" then
    error("the script must end with 'return policy', a table with a function act; it returned " ..
          type(policy), 0)
  end
  act = method(policy, "act")
  if not act then error("the policy has no function act(self, world)", 0) end
  init, migrate = method(policy, "init"), method(policy, "migrate")
  collect, finalize = method(policy, "collect"), method(policy, "finalize")
end

local function forget_memories() memories = {} end

local function forget_agents()
  forget_memories()
  skipped, any_skipped = {}, false
end

local function set_scenario(width, depth, height, dt)
  senses.width, senses.depth, senses.height, senses.dt = width, depth, height, dt
end

local function add_species(index, name, speed, sense_radius, reach)
  species_names[index], species_index[name] = name, index
  species_facts[index] = {speed = speed, sense_radius = sense_radius, reach = reach}
end
species_index.any, species_index.food = -1, -2

-- One agent's memory comes over from an older version: what migrate makes of it, or itself.
local function adopt(agent_row, memory)
  row = agent_row
  view.current_row = agent_row
  if migrate then
    memory = migrate(memory)
    if memory ~= nil and type(memory) ~= "table" then
      error("migrate(old) must return a table, got " .. type(memory), 0)
    end
  end
  memories[slot_of(row)] = memory
end

local function ask_collect(agent_row)
  if not collect then return nil end
  row = agent_row
  view.current_row = agent_row
  return collect({self = self, tick = tonumber(view.tick), time = view.tick * view.dt})
end

local function ask_finalize(episode)
  if finalize then return finalize(episode) end
  return nil
end

local function has_migrate() return migrate ~= nil end
local function memory_of(agent_row) return memories[slot_of(agent_row)] end
local function set_memory(agent_row, memory) memories[slot_of(agent_row)] = memory end

return {
  decide = decide, skip = skip, install = install,
  forget_agents = forget_agents, forget_memories = forget_memories, set_scenario = set_scenario,
  add_species = add_species, adopt = adopt, collect = ask_collect, finalize = ask_finalize,
  has_migrate = has_migrate, memory_of = memory_of,
  set_memory = set_memory,
}
