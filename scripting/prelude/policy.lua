-- Drives the policy of one script version over the agents of a world: the loop of the decide phase
-- and the calls of the contract. Trusted code; the policy gets only what `self` and `world` hold.
local core, view_address, host, handler, modules = ...
local begin, remaining = core.begin, core.remaining
local type, error, rawget, xpcall, tonumber, next = type, error, rawget, xpcall, tonumber, next
local OUT_OF_FUEL, OUT_OF_MEMORY = core.OUT_OF_FUEL, core.OUT_OF_MEMORY

modules.vec(core)
local frame = modules.view(view_address, host)
local view = frame.view
local memories = modules.memories()
local senses, begin_tick = modules.senses(core, frame)
local world = core.freeze(senses, "world")
local self = modules.self(core, frame, memories, host, modules)

------------------------------------------------------------------ the decide phase

local act, init, migrate, collect, finalize
local ACT_FUEL, LOAD_FUEL = host.fuel_per_act, host.fuel_per_load
local SAVED_FUEL_MAX = host.fuel_saved_max

-- A call that ended where the machine decided, not the meter, leaves no trace of how far it got:
-- what the agent remembered goes, and then the answer is true.
local function fault(err)
  if err == OUT_OF_FUEL then
    local by_machine = host.fault(view.row, "fuel")
    if by_machine then memories.forget(view.row) end
    return by_machine
  elseif err == OUT_OF_MEMORY or err == "not enough memory" or err == "error in error handling" then
    memories.forget(view.row)
    host.fault(view.row, "memory")
    return true
  end
  host.fault(view.row, "error")
  return false
end

-- A row with a new owner: forget the old one, then init. False when that failed: the agent does not
-- act in this tick.
local function welcome(mark)
  memories.forget(view.row)
  view.ready[view.row] = mark
  view.saved_fuel[view.row] = 0
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
  skipped[view.row] = nil
  any_skipped = next(skipped) ~= nil
  memories.forget(view.row)
  view.ready[view.row] = mark
  view.saved_fuel[view.row] = 0
end

-- An act may use what earlier ones left; what it leaves is saved in its turn.
local function act_now()
  local budget = ACT_FUEL + view.saved_fuel[view.row]
  begin(budget)
  local ok, err = xpcall(act, handler, self, world)
  local left = remaining()
  local used = budget - left
  if not ok and fault(err) then left = 0 end
  view.saved_fuel[view.row] = left < SAVED_FUEL_MAX and left or SAVED_FUEL_MAX
  view.fuel[view.row] = used
  view.fuel_total = view.fuel_total + used
  if used > view.fuel_max then view.fuel_max = used end
end

-- For view.rows[first] … view.rows[last]. Answers whether any agent has a memory.
local function decide(first, last)
  begin_tick()
  local rows = view.rows
  for i = first, last do
    local row = rows[i]
    view.row = row
    local mark = view.generation[row] + 1
    if any_skipped and skipped[row] then
      pass_over(mark)
    elseif view.ready[row] == mark or welcome(mark) then
      act_now()
    end
  end
  return memories.any()
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

local function forget_agents()
  memories.forget_all()
  skipped, any_skipped = {}, false
end

local function set_scenario(width, depth, height, dt)
  senses.width, senses.depth, senses.height, senses.dt = width, depth, height, dt
end

-- One agent's memory comes over from an older version: what migrate makes of it, or itself.
local function adopt(agent_row, memory)
  view.row = agent_row
  if migrate then
    memory = migrate(memory or {})
    if memory ~= nil and type(memory) ~= "table" then
      error("migrate(old) must return a table, got " .. type(memory), 0)
    end
  end
  memories.set(agent_row, memory)
end

-- Of the first `count` of view.rows.
local function drop_memories(count) memories.forget_some(view.rows, count) end

local function ask_collect(agent_row)
  if not collect then return nil end
  view.row = agent_row
  return collect({self = self, tick = tonumber(view.tick), time = view.tick * view.dt})
end

local function ask_finalize(episode)
  if finalize then return finalize(episode) end
  return nil
end

local function has_migrate() return migrate ~= nil end

return {
  decide = decide, skip = skip, install = install, forget_agents = forget_agents,
  forget_memories = memories.forget_all, set_scenario = set_scenario,
  add_species = frame.add_species, forget_abilities = frame.forget_abilities,
  add_ability = frame.add_ability, adopt = adopt, collect = ask_collect,
  finalize = ask_finalize, has_migrate = has_migrate, memory_of = memories.peek,
  set_memory = memories.set, drop_memories = drop_memories,
}
