-- `world.…`: what an agent can sense of the frozen world. Every query is cut to its senses in C++
-- (engine/senses.h).
local core, frame = ...
local ffi = require("ffi")
local charge = core.charge
local type, tostring, error, rawget = type, tostring, error, rawget
local view, complain = frame.view, frame.complain
local species_names, species_index = frame.species_names, frame.species_index
local block_names, role_names, item_names = frame.block_names, frame.role_names, frame.item_names
local sense_nearest, sense_neighbors, sense_count = view.nearest, view.neighbors, view.count
local sense_tile, sense_clear, sense_path, sense_target =
  view.tile, view.clear, view.path, view.target
local sound_kinds = {[0] = "say", "call", "tell"}
local sense_heard, sense_line, sense_voxel = view.heard, view.line_of_sight, view.voxel
local sense_offer, sense_rain = view.offer, view.rain
local sense_seen, sense_way, sense_frontier = view.known, view.way, view.frontier
local map_way = ffi.new("cherub_map_step")
local sense_ripe, sense_price = view.ripe, view.price
local sense_owner, sense_role = view.owner, view.role_of
local sense_reputation, sense_relationship, sense_stock =
  view.reputation, view.relationship, view.stock
local seen = ffi.new("cherub_sighting")
local sounds = ffi.new("cherub_heard[8]")
local standing = ffi.new("cherub_offer")
local many = ffi.new("cherub_sighting[32]")
local way = ffi.new("cherub_step")

local sense_forage, sense_blossom, sense_water = view.forage, view.blossom, view.water
local sense_light, sense_temperature = view.light, view.temperature

local function species_number(name, call)
  local number = species_index[name]
  if not number then
    error("world." .. call .. ": there is no species '" .. tostring(name) .. "' here; there are " ..
          frame.species_list, 0)
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
  sense_nearest(view.world, view.row, number, radius, seen)
  if seen.found == 0 then return nil end
  return sighting(seen)
end

function senses.neighbors(species, radius)
  charge(20)
  local number = species_index[species] or species_number(species, "neighbors")
  if type(radius) ~= "number" then
    check_number(radius, "radius", "neighbors(species, radius)", "metres")
  end
  local found = sense_neighbors(view.world, view.row, number, radius, many)
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
  return sense_count(view.world, view.row, number, radius)
end

function senses.tile(x, y)
  charge(2)
  if type(x) ~= "number" then check_number(x, "x", "tile(x, y)", "metres") end
  if type(y) ~= "number" then check_number(y, "y", "tile(x, y)", "metres") end
  return block_names[sense_tile(view.world, view.row, x, y)]
end

function senses.clear(dx, dy, limit)
  charge(20)
  if type(dx) ~= "number" then check_number(dx, "dx", "clear(dx, dy, limit)", "metres") end
  if type(dy) ~= "number" then check_number(dy, "dy", "clear(dx, dy, limit)", "metres") end
  if type(limit) ~= "number" then check_number(limit, "limit", "clear(dx, dy, limit)", "metres") end
  return sense_clear(view.world, view.row, dx, dy, limit)
end

function senses.path_step(x, y, hazard_cost)
  charge(200)
  if type(x) ~= "number" then check_number(x, "x", "path_step(x, y)", "metres") end
  if type(y) ~= "number" then check_number(y, "y", "path_step(x, y)", "metres") end
  if hazard_cost == nil then hazard_cost = 10 end
  if type(hazard_cost) ~= "number" then
    check_number(hazard_cost, "hazard_cost", "path_step(x, y, hazard_cost)", "cells")
  end
  sense_path(view.world, view.row, x, y, hazard_cost, way)
  if way.found == 0 then return nil end
  return {x = way.x, y = way.y, length = way.length}
end

function senses.target()
  charge(5)
  sense_target(view.world, view.row, seen)
  if seen.found == 0 then return nil end
  return sighting(seen)
end

function senses.line_of_sight(x, y, z)
  charge(20)
  local call = "line_of_sight(x, y)"
  if type(x) ~= "number" then check_number(x, "x", call, "metres") end
  if type(y) ~= "number" then check_number(y, "y", call, "metres") end
  if z == nil then z = view.z[view.row] end
  if type(z) ~= "number" then check_number(z, "z", call, "metres") end
  return sense_line(view.world, view.row, x, y, z) == 1
end

function senses.voxel(x, y, z)
  charge(20)
  if type(x) ~= "number" then check_number(x, "x", "voxel(x, y, z)", "metres") end
  if type(y) ~= "number" then check_number(y, "y", "voxel(x, y, z)", "metres") end
  if type(z) ~= "number" then check_number(z, "z", "voxel(x, y, z)", "metres") end
  return block_names[sense_voxel(view.world, view.row, x, y, z)]
end

function senses.heard()
  charge(20)
  local found = sense_heard(view.world, view.row, sounds)
  local list = {}
  for i = 1, found do
    local sound = sounds[i - 1]
    charge(10 + sound.text_bytes * 0.125)
    list[i] = {
      speaker = sound.speaker.id, species = species_names[sound.speaker.species],
      x = sound.speaker.x, y = sound.speaker.y, z = sound.speaker.z,
      distance = sound.speaker.distance, kind = sound_kinds[sound.kind],
      text = ffi.string(sound.text, sound.text_bytes),
    }
  end
  return list
end

function senses.weather()
  charge(2)
  return {rain = sense_rain(view.world)}
end

function senses.forage(radius)
  charge(40)
  if type(radius) ~= "number" then check_number(radius, "radius", "forage(radius)", "metres") end
  sense_forage(view.world, view.row, radius, seen)
  if seen.found == 0 then return nil end
  return sighting(seen)
end

function senses.blossom(radius)
  charge(40)
  if type(radius) ~= "number" then check_number(radius, "radius", "blossom(radius)", "metres") end
  sense_blossom(view.world, view.row, radius, seen)
  if seen.found == 0 then return nil end
  return sighting(seen)
end

function senses.water()
  charge(10)
  sense_water(view.world, view.row, seen)
  if seen.found == 0 then return nil end
  return {
    id = -1, species = "water", x = seen.x, y = seen.y, z = seen.z, distance = seen.distance,
  }
end

function senses.offer()
  charge(5)
  sense_offer(view.world, view.row, standing)
  if standing.found == 0 then return nil end
  return {
    from = standing.from, item = species_names[standing.item], count = standing.count,
    want_item = species_names[standing.want_item], want_count = standing.want_count,
    seconds = standing.left_s,
  }
end

function senses.seen(x, y, z)
  charge(2)
  if type(x) ~= "number" then check_number(x, "x", "seen(x, y, z)", "metres") end
  if type(y) ~= "number" then check_number(y, "y", "seen(x, y, z)", "metres") end
  if z == nil then z = view.z[view.row] end
  if type(z) ~= "number" then check_number(z, "z", "seen(x, y, z)", "metres") end
  return block_names[sense_seen(view.world, view.row, x, y, z)]
end

local function map_step()
  if map_way.found == 0 then return nil end
  return {
    x = map_way.x, y = map_way.y, z = map_way.z, length = map_way.length,
    there = map_way.there == 1,
  }
end

function senses.way_step(x, y, z, hazard_cost)
  charge(400)
  local call = "way_step(x, y, z)"
  if type(x) ~= "number" then check_number(x, "x", call, "metres") end
  if type(y) ~= "number" then check_number(y, "y", call, "metres") end
  if z == nil then z = view.z[view.row] end
  if type(z) ~= "number" then check_number(z, "z", call, "metres") end
  if hazard_cost == nil then hazard_cost = 10 end
  if type(hazard_cost) ~= "number" then check_number(hazard_cost, "hazard_cost", call, "cells") end
  sense_way(view.world, view.row, x, y, z, hazard_cost, map_way)
  return map_step()
end

function senses.frontier_step(hazard_cost)
  charge(400)
  if hazard_cost == nil then hazard_cost = 10 end
  if type(hazard_cost) ~= "number" then
    check_number(hazard_cost, "hazard_cost", "frontier_step(hazard_cost)", "cells")
  end
  sense_frontier(view.world, view.row, hazard_cost, map_way)
  return map_step()
end

-- Who or what is meant, by its number; one that nobody has when it cannot be any.
local function id_of(target, call)
  local id = target
  if type(target) == "table" then id = rawget(target, "id") end
  if type(id) ~= "number" then
    complain("world." .. call, "target", "a Sighting or an id", target)
  end
  return id
end

function senses.nearest_ripe(species, radius)
  charge(40)
  local number = species_index[species] or species_number(species, "nearest_ripe")
  if type(radius) ~= "number" then
    check_number(radius, "radius", "nearest_ripe(species, radius)", "metres")
  end
  sense_ripe(view.world, view.row, number, radius, seen)
  if seen.found == 0 then return nil end
  return sighting(seen)
end

function senses.price_at(item, x, y)
  charge(150)
  local call = "price_at(item, x, y)"
  local number = species_index[item] or species_number(item, "price_at")
  if x == nil then x, y = view.x[view.row], view.y[view.row] end
  if type(x) ~= "number" then check_number(x, "x", call, "metres") end
  if type(y) ~= "number" then check_number(y, "y", call, "metres") end
  local price = sense_price(view.world, view.row, number, x, y)
  return price >= 0 and price or nil
end

function senses.owner_of(target)
  charge(5)
  local owner = sense_owner(view.world, view.row, id_of(target, "owner_of(target)"))
  return owner >= 0 and owner or nil
end

function senses.role_of(target)
  charge(5)
  return role_names[sense_role(view.world, view.row, id_of(target, "role_of(target)"))]
end

local UNKNOWN = -1000

function senses.reputation_of(target)
  charge(5)
  local points = sense_reputation(view.world, view.row, id_of(target, "reputation_of(target)"))
  return points ~= UNKNOWN and points or nil
end

function senses.relationship(target)
  charge(5)
  return sense_relationship(view.world, view.row, id_of(target, "relationship(target)"))
end

function senses.stock_of(target)
  charge(5 + #item_names)
  local id = id_of(target, "stock_of(target)")
  if sense_stock(view.world, view.row, id, -1) < 0 then return nil end
  local held = {}
  for i = 1, #item_names do
    local count = sense_stock(view.world, view.row, id, item_names[i].index)
    if count > 0 then held[item_names[i].name] = count end
  end
  return held
end

-- What is the same for all agents of a tick.
local function begin_tick()
  senses.tick, senses.time = view.tick, view.tick * view.dt
  senses.light, senses.temperature = sense_light(view.world), sense_temperature(view.world)
end

return senses, begin_tick
