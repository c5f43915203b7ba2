-- `world.…`: what an agent can sense of the frozen world. Every query is cut to its senses in C++
-- (engine/senses.h).
local core, frame = ...
local ffi = require("ffi")
local charge = core.charge
local type, tostring, error = type, tostring, error
local view, complain = frame.view, frame.complain
local species_names, species_index = frame.species_names, frame.species_index
local block_names = frame.block_names
local sense_nearest, sense_neighbors, sense_count = view.nearest, view.neighbors, view.count
local sense_tile, sense_clear, sense_path, sense_target =
  view.tile, view.clear, view.path, view.target
local seen = ffi.new("cherub_sighting")
local many = ffi.new("cherub_sighting[32]")
local way = ffi.new("cherub_step")

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

return senses
