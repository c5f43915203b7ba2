-- Runs one version of an ability for the agents that use it. Trusted code; the ability gets plain
-- records, the senses of its user and `effects`. Its file runs afresh for every use, so that
-- nothing can be kept from one use to the next.
local core, view_address, host, _, modules = ...
local type, error, rawget, tostring = type, error, rawget, tostring
local match = string.match

modules.vec(core)
local frame = modules.view(view_address, host)
local view = frame.view
local species_names, species_facts = frame.species_names, frame.species_facts
local senses, begin_tick = modules.senses(core, frame)
local world = core.freeze(senses, "world")
local effects = core.freeze(modules.effects(core, frame, host), "effects")

------------------------------------------------------------------ the contract

local NAME_BYTES_MAX, DESCRIPTION_BYTES_MAX = 32, 200

local function shown(value)
  if type(value) == "string" then return "'" .. value:sub(1, 40) .. "'" end
  if type(value) == "number" then return tostring(value) end
  return type(value)
end

local function method(ability, name)
  local value = rawget(ability, name)
  if value ~= nil and type(value) ~= "function" then
    error("ability." .. name .. " must be a function, got " .. type(value), 0)
  end
  return value
end

local function number(ability, name, max, unit)
  local value = rawget(ability, name)
  if type(value) == "number" and value >= 0 and value <= max then return value end
  error("ability." .. name .. " must be a number from 0 to " .. max .. unit .. ", got " ..
        shown(value), 0)
end

local function checked(ability)
  if type(ability) ~= "table" then
    error("the script must end with 'return ability', a table with a function execute; it " ..
          "returned " .. type(ability), 0)
  end
  if not method(ability, "execute") then
    error("the ability has no function execute(user, target, world, effects)", 0)
  end
  method(ability, "can_use")
  return ability
end

local chunk  -- the file, as a function

local function install(file) chunk = file end

-- What the file declares: name, description, energy_cost, cooldown, range.
local function describe()
  local ability = checked(chunk())
  local name, description = rawget(ability, "name"), rawget(ability, "description")
  if type(name) ~= "string" or #name > NAME_BYTES_MAX or not match(name, "^[a-z][a-z0-9_]*$") then
    error("ability.name must be a lower-case word of at most 32 letters, digits and '_', got " ..
          shown(name), 0)
  end
  if type(description) ~= "string" or #description > DESCRIPTION_BYTES_MAX then
    error("ability.description must be a string of at most 200 bytes, got " .. shown(description),
          0)
  end
  return name, description, number(ability, "energy_cost", 1, " of self.energy"),
         number(ability, "cooldown", 3600, " seconds"), number(ability, "range", 100, " metres")
end

------------------------------------------------------------------ a use

local function person(row, distance)
  local species = view.species[row]
  local facts = species_facts[species]
  return {
    id = view.generation[row] * 4294967296 + row, species = species_names[species],
    x = view.x[row], y = view.y[row], z = view.z[row], heading = view.heading[row],
    health = view.health[row], energy = view.energy[row], hunger = view.hunger[row],
    age = view.age[row] * view.dt, speed = facts.speed, reach = facts.reach,
    sense_radius = facts.sense_radius, distance = distance,
  }
end

-- True when execute ran to its end, false when can_use said no. `target_row` is nil when a place
-- (x, y) is meant.
local function use(row, target_row, x, y, distance, details)
  view.row = row
  begin_tick()
  local ability = checked(chunk())
  local user = person(row, 0)
  local target = user
  if not target_row then
    target = {x = x, y = y, z = user.z, distance = distance}
  elseif target_row ~= row then
    target = person(target_row, distance)
  end
  local can_use = rawget(ability, "can_use")
  if can_use and not can_use(user, target, world, details) then return false end
  ability.execute(user, target, world, effects, details)
  return true
end

local function set_scenario(width, depth, height, dt)
  senses.width, senses.depth, senses.height, senses.dt = width, depth, height, dt
end

return {
  install = install, describe = describe, use = use, set_scenario = set_scenario,
  add_species = frame.add_species,
}
