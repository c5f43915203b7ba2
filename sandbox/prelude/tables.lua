-- The table library. sort is stable and written in Lua, because no C function may call a script.
local core, arguments, changeable, walked = ...
local charge, concatenated = core.charge, core.concatenated
local type, error, next = type, error, next
local raw_insert, raw_remove, raw_concat = table.insert, table.remove, table.concat
local select = select

local tables = {}

function tables.insert(t, ...)
  changeable(t, 1, "insert")
  local count = select("#", ...)
  if count == 1 then
    charge(2)
    local value = ...
    raw_insert(t, value)
    return
  end
  if count ~= 2 then error("wrong number of arguments to 'insert'", 0) end
  local position, value = ...
  position = arguments.integer(position, 2, "insert")
  local moved = #t - position + 1
  charge(2 + (moved > 0 and moved * 0.5 or 0))
  raw_insert(t, position, value)
end

function tables.remove(t, position)
  changeable(t, 1, "remove")
  if position == nil then
    charge(2)
    return raw_remove(t)
  end
  position = arguments.integer(position, 2, "remove")
  local moved = #t - position
  charge(2 + (moved > 0 and moved * 0.5 or 0))
  return raw_remove(t, position)
end

function tables.concat(t, separator, first, last)
  arguments.table_value(t, 1, "concat")
  separator = separator == nil and "" or arguments.text(separator, 2, "concat")
  first = arguments.optional_integer(first, 1, 3, "concat")
  last = last == nil and #t or arguments.integer(last, 4, "concat")
  -- The size is known before the bytes are made: a long string repeated by reference must not be
  -- put together beyond the limit.
  local bytes = 0
  for i = first, last do
    local item = t[i]
    local kind = type(item)
    charge(1)
    if kind == "string" then
      bytes = bytes + #item + #separator
    elseif kind == "number" then
      charge(4)
      bytes = bytes + 16 + #separator
    else
      error("invalid value (" .. kind .. ") at index " .. i .. " in table for 'concat'", 0)
    end
    if bytes > core.STRING_BYTES * 2 then core.admit_string(bytes) end
  end
  return concatenated(raw_concat(t, separator, first, last))
end

function tables.maxn(t)
  arguments.table_value(t, 1, "maxn")
  local largest, count = 0, 0
  for key in next, t do
    count = count + 1
    if type(key) == "number" and key > largest then largest = key end
  end
  walked(t, count)
  charge(1 + count)
  return largest
end

local function insertion_sort(t, first, last, before)
  for i = first + 1, last do
    local value, j = t[i], i - 1
    charge(4)
    while j >= first and before(value, t[j]) do
      charge(4)
      t[j + 1] = t[j]
      j = j - 1
    end
    t[j + 1] = value
  end
end

local function merge(t, scratch, first, middle, last, before)
  charge(2 * (last - first + 1))
  for i = first, middle do scratch[i] = t[i] end
  local left, right, out = first, middle + 1, first
  while left <= middle and right <= last do
    charge(4)
    if before(t[right], scratch[left]) then
      t[out] = t[right]
      right = right + 1
    else
      t[out] = scratch[left]
      left = left + 1
    end
    out = out + 1
  end
  for i = left, middle do
    t[out] = scratch[i]
    out = out + 1
  end
end

function tables.sort(t, before)
  changeable(t, 1, "sort")
  if before == nil then
    before = core.less
  elseif type(before) ~= "function" then
    arguments.bad(2, "sort", "function", before)
  end
  local RUN = 8
  local count = #t
  for first = 1, count, RUN do
    local last = first + RUN - 1
    insertion_sort(t, first, last < count and last or count, before)
  end
  local scratch, width = {}, RUN
  while width < count do
    for first = 1, count - width, 2 * width do
      local last = first + 2 * width - 1
      merge(t, scratch, first, first + width - 1, last < count and last or count, before)
    end
    width = width * 2
  end
end

return tables
