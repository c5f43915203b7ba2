-- pairs and next in a defined order: the keys 1, 2, 3 … while they have values, then other numbers
-- ascending, strings by bytes, false, true, and objects in the order of their first use as a key.
local core, arguments = ...
local charge, frozen, serials = core.charge, core.frozen, core.serials
local type, rawget, next, error, setmetatable = type, rawget, next, error, setmetatable
local sort = table.sort

local function by_serial(a, b)
  return serials[a] < serials[b]
end

-- Few keys are the rule, and for those an insertion sort beats a call of sort().
local function sort_keys(keys, count)
  if count > 16 then return sort(keys) end
  for i = 2, count do
    local key, j = keys[i], i - 1
    while j > 0 and key < keys[j] do
      keys[j + 1] = keys[j]
      j = j - 1
    end
    keys[j + 1] = key
  end
end

local function append(keys, count, more, more_count)
  for i = 1, more_count do keys[count + i] = more[i] end
  return count + more_count
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
  if number_count == 0 and object_count == 0 and not has_true and not has_false then
    sort_keys(strings, string_count)
    return strings, string_count
  end
  sort_keys(numbers, number_count)
  -- 1 … n come first, whatever smaller numbers there are.
  local first = 1
  while first <= number_count and numbers[first] < 1 do first = first + 1 end
  if first > 1 and numbers[first] == 1 then
    local lead, count = {}, 0
    while numbers[first + count] == count + 1 do
      lead[count + 1] = count + 1
      count = count + 1
    end
    count = append(lead, count, numbers, first - 1)
    for i = count + 1, number_count do lead[i] = numbers[i] end
    numbers = lead
  end
  sort_keys(strings, string_count)
  local count = append(numbers, number_count, strings, string_count)
  if has_false then count = count + 1; numbers[count] = false end
  if has_true then count = count + 1; numbers[count] = true end
  if object_count > 1 then sort(objects, by_serial) end
  return numbers, append(numbers, count, objects, object_count)
end

local function step(walk)
  local keys, t, i = walk.keys, walk.t, walk.i
  local count = walk.count
  while i < count do
    i = i + 1
    local key = keys[i]
    local value = rawget(t, key)
    if value ~= nil then
      walk.i = i
      return key, value
    end
  end
  walk.i = i
  return nil
end

local function array_step(t, i)
  i = i + 1
  local value = rawget(t, i)
  if value == nil then return nil end
  return i, value
end

local function is_array(t)
  local count = 0
  for key in next, t do
    count = count + 1
    if type(key) ~= "number" or key ~= count then return false end
  end
  return true
end

local function pairs(t)
  if type(t) ~= "table" then arguments.bad(1, "pairs", "table", t) end
  t = frozen[t] or t
  -- A sequence whose keys happen to come in order needs no list of them. The raw walk of the array
  -- part is ascending, so this finds just the tables without a hash part in use.
  if is_array(t) then
    charge(1 + #t)
    return array_step, t, 0
  end
  local keys, count = ordered_keys(t)
  charge(4 + 4 * count)
  return step, {t = t, keys = keys, count = count, i = 0}, nil
end

-- next(t, k) remembers where its last answer stood, so that a loop of next() is not quadratic.
local last = {t = nil, keys = nil, count = 0, i = 0}

local function ordered_next(t, key)
  if type(t) ~= "table" then arguments.bad(1, "next", "table", t) end
  t = frozen[t] or t
  charge(4)
  if key == nil then
    if next(t) == nil then return nil end
    local keys, count = ordered_keys(t)
    charge(4 * count)
    last = {t = t, keys = keys, count = count, i = 0}
  elseif last.t ~= t or last.keys[last.i] ~= key then
    local keys, count = ordered_keys(t)
    charge(4 * count)
    last = {t = t, keys = keys, count = count, i = 0}
    for i = 1, count do
      if keys[i] == key then last.i = i end
    end
    if last.i == 0 then error("invalid key to 'next'", 0) end
  end
  return step(last)
end

return {pairs = pairs, next = ordered_next, ordered_keys = ordered_keys}
