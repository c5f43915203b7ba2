-- pairs and next in a defined order: the keys 1, 2, 3 … while they have values, then other numbers
-- ascending, strings by bytes, false, true, and objects in the order of their first use as a key.
local core, arguments, host = ...
local charge, frozen, serials = core.charge, core.frozen, core.serials
local type, rawget, next, error = type, rawget, next, error
local sort, floor = table.sort, math.floor
local new_table = require("table.new")
local ffi = require("ffi")

------------------------------------------------------------------ empty slots

local probe, probe_address = host.slot_probe, ffi.cast("void *", host.slot_probe_address)
local table_slots = ffi.cast("double (*)(void *)", host.table_slots)

-- To be called after a walk through all of t, which met so many entries. A walk pays by entries;
-- the slots that it passed were paid for when they were filled, but only once.
local function walked(t, entries)
  probe[1] = t
  local slots = table_slots(probe_address)
  if slots > 64 + 8 * entries then core.pass_slots(slots) end
end

------------------------------------------------------------------ the keys in order

local function by_serial(a, b)
  return serials[a] < serials[b]
end

-- Sorts the first `count` of keys; `origin` takes part in all moves.
local function insertion_sort(keys, origin, count)
  for i = 2, count do
    local key, from, j = keys[i], origin[i], i - 1
    while j > 0 and key < keys[j] do
      keys[j + 1], origin[j + 1] = keys[j], origin[j]
      j = j - 1
    end
    keys[j + 1], origin[j + 1] = key, from
  end
end

local function append(keys, count, more, more_count)
  for i = 1, more_count do keys[count + i] = more[i] end
  return count + more_count
end

-- Sorts the numbers of t, 1 … n first, whatever others there are.
local function sort_numbers(t, numbers, count)
  sort(numbers)
  if rawget(t, 1) == nil then return numbers end
  local lead, length = {1}, 1
  while rawget(t, length + 1) ~= nil do
    length = length + 1
    lead[length] = length
  end
  if length == count then return lead end
  local filled = length
  for i = 1, count do
    local number = numbers[i]
    if number < 1 or number > length or number ~= floor(number) then
      filled = filled + 1
      lead[filled] = number
    end
  end
  return lead
end

-- All keys of t in order, and how many.
local function ordered_keys(t)
  local numbers, number_count = {}, 0
  local strings, string_count = {}, 0
  local objects, object_count = {}, 0
  local has_false, has_true = false, false
  for key in next, t do
    local kind = type(key)
    if kind == "string" then
      string_count = string_count + 1
      strings[string_count] = key
    elseif kind == "number" then
      number_count = number_count + 1
      numbers[number_count] = key
    elseif key == true then
      has_true = true
    elseif key == false then
      has_false = true
    else
      object_count = object_count + 1
      objects[object_count] = key
    end
  end
  if string_count > 1 then sort(strings) end
  local keys = number_count > 1 and sort_numbers(t, numbers, number_count) or numbers
  local count = append(keys, number_count, strings, string_count)
  if has_false then count = count + 1; keys[count] = false end
  if has_true then count = count + 1; keys[count] = true end
  if object_count > 1 then sort(objects, by_serial) end
  count = append(keys, count, objects, object_count)
  walked(t, count)
  charge(4 * count)
  return keys, count
end

------------------------------------------------------------------ walks

-- A walk is what pairs hands to the loop: the table, the place of the next key, and the keys as
-- they were. For a sequence it is the table and its length.
local TABLE, PLACE, LENGTH, KEYS = 1, 2, 2, 2

-- The usual step has no loop, which would break the compiled code of the caller's loop in two.
local function step_over_gaps(walk)
  while true do
    local place = walk[PLACE]
    local key = walk[place]
    if key == nil then return nil end
    walk[PLACE] = place + 1
    local value = rawget(walk[TABLE], key)
    if value ~= nil then return key, value end
  end
end

local function step(walk)
  local place = walk[PLACE]
  local key = walk[place]
  if key == nil then return nil end
  walk[PLACE] = place + 1
  local value = rawget(walk[TABLE], key)
  if value ~= nil then return key, value end
  return step_over_gaps(walk)
end

-- Records of a few names are the rule, and many of them look alike. A shape is what one looked
-- like: its names in the order of a raw walk, and where each belongs in a walk. Shapes are found by
-- the name that a raw walk shows first. They only save work, so nothing depends on which are
-- remembered.
local SHAPE_NAMES, NAME_BYTES, SHAPES = 32, 64, 256
local shapes, shape_count = {}, 0

local function walk_by_shape(t, first)
  local shape = shapes[first]
  if not shape then return nil end
  local names, places, count = shape.names, shape.places, shape.count
  local walk, i = new_table(count + KEYS, 0), 0
  for key in next, t do
    i = i + 1
    if names[i] ~= key then return nil end
    walk[places[i]] = key
  end
  if i ~= count then return nil end
  return walk, count
end

-- The names of t in the order of a raw walk, if it is a record of a few names.
local function raw_names(t)
  local names, count = {}, 0
  for key in next, t do
    count = count + 1
    if type(key) ~= "string" or #key > NAME_BYTES or count > SHAPE_NAMES then return nil end
    names[count] = key
  end
  return names, count
end

local function remember_shape(names, origin, count)
  local first, places = names[1], {}
  for i = 1, count do places[origin[i]] = i + KEYS end
  if not shapes[first] then
    if shape_count == SHAPES then shapes, shape_count = {}, 0 end
    shape_count = shape_count + 1
  end
  shapes[first] = {names = names, places = places, count = count}
end

local function walk_of_record(t)
  local names, count = raw_names(t)
  if not names then return nil end
  local sorted, origin = {}, {}
  for i = 1, count do sorted[i], origin[i] = names[i], i end
  insertion_sort(sorted, origin, count)
  remember_shape(names, origin, count)
  local walk = new_table(count + KEYS, 0)
  for i = 1, count do walk[i + KEYS] = sorted[i] end
  return walk, count
end

local function walk_of(t)
  local first = next(t)
  local walk, count = walk_by_shape(t, first)
  if not walk and type(first) == "string" then walk, count = walk_of_record(t) end
  if walk then
    walked(t, count)
    charge(4 * count)
    return walk
  end
  local keys
  keys, count = ordered_keys(t)
  walk = new_table(count + KEYS, 0)
  for i = 1, count do walk[i + KEYS] = keys[i] end
  return walk
end

-- How many entries t has, if its keys are exactly 1 … n. The raw walk of the array part is
-- ascending, so this finds just the tables without a hash part in use.
local function sequence_length(t)
  local count = 0
  for key in next, t do
    count = count + 1
    if key ~= count then return nil end
  end
  walked(t, count)
  charge(count)
  return count
end

local function sequence_step_over_gaps(walk, i)
  for place = i, walk[LENGTH] do
    local value = rawget(walk[TABLE], place)
    if value ~= nil then return place, value end
  end
  return nil
end

local function sequence_step(walk, i)
  i = i + 1
  local value = rawget(walk[TABLE], i)
  if value ~= nil and i <= walk[LENGTH] then return i, value end
  return sequence_step_over_gaps(walk, i)
end

local function copy(t)
  local entries = {}
  for key, value in next, t do entries[key] = value end
  return entries
end

local function pairs(t)
  if type(t) ~= "table" then arguments.bad(1, "pairs", "table", t) end
  -- The tables behind frozen ones must not come into the hands of scripts.
  if frozen[t] then t = copy(frozen[t]) end
  charge(4)
  if rawget(t, 1) ~= nil then
    local length = sequence_length(t)
    if length then return sequence_step, {t, length}, 0 end
  end
  local walk = walk_of(t)
  walk[TABLE], walk[PLACE] = t, KEYS + 1
  return step, walk, nil
end

-- next(t, k) remembers where its last answer stood, so that a loop of next() is not quadratic.
local last_table, last_keys, last_count, last_place = nil, {}, 0, 0

local function remember_keys(t)
  last_table, last_place = t, 0
  last_keys, last_count = ordered_keys(t)
end

local function find_place(key)
  for place = 1, last_count do
    if last_keys[place] == key then return place end
  end
  error("invalid key to 'next'", 0)
end

local function ordered_next(t, key)
  if type(t) ~= "table" then arguments.bad(1, "next", "table", t) end
  t = frozen[t] or t
  charge(4)
  if key == nil then
    local first = rawget(t, 1)
    if first ~= nil then return 1, first end
    remember_keys(t)
  elseif last_table ~= t or last_keys[last_place] ~= key then
    remember_keys(t)
    last_place = find_place(key)
  end
  while last_place < last_count do
    last_place = last_place + 1
    local found = last_keys[last_place]
    local value = rawget(t, found)
    if value ~= nil then return found, value end
  end
  return nil
end

return {pairs = pairs, next = ordered_next, walked = walked}
