-- find, match, gmatch and gsub over the metered matcher. Replacement functions are called from
-- here, in Lua.
local core, arguments, strings, host = ...
local charge, admit_string, remaining = core.charge, core.admit_string, core.remaining
local made = core.made
local text = arguments.text
local start_offset, find_plain = strings.start_offset, strings.find_plain
strings.start_offset, strings.find_plain = nil, nil
local ffi = require("ffi")
local error, type, tonumber = error, type, tonumber
local raw_sub, raw_byte, raw_find = string.sub, string.byte, string.find
local raw_concat, unpack = table.concat, unpack

ffi.cdef [[
typedef struct { int32_t start, length; } cherub_capture;
typedef struct {
  int32_t status, start, stop, capture_count;
  int64_t fuel;
  cherub_capture captures[32];
  char error[96];
} cherub_match;
]]
local match_function = ffi.cast(
    "void (*)(const char *, size_t, const char *, size_t, size_t, cherub_match *)",
      host.pattern_match)
local found = ffi.new("cherub_match")

local NO_MATCH, MATCH, OUT_OF_FUEL, MALFORMED = 0, 1, 2, 3
local UNFINISHED, POSITION = -1, -2

-- Looks for the pattern from the offset on; true when `found` holds a match.
local function search(s, pattern, offset)
  local budget = remaining()
  found.fuel = budget
  match_function(s, #s, pattern, #pattern, offset, found)
  local status = found.status
  charge(1 + tonumber(found.fuel))
  if status == MATCH then return true end
  if status == NO_MATCH then return false end
  if status == OUT_OF_FUEL then
    charge(budget + 1)
  elseif status == MALFORMED then
    error(ffi.string(found.error), 0)
  end
  error("pattern too complex", 0)
end

local function capture(s, i)
  local one = found.captures[i]
  if one.length == POSITION then return one.start + 1 end
  if one.length == UNFINISHED then error("unfinished capture", 0) end
  return made(raw_sub(s, one.start + 1, one.start + one.length))
end

local function whole(s) return made(raw_sub(s, found.start + 1, found.stop)) end

-- All captures, or the whole match when the pattern has none.
local function captures(s)
  local count = found.capture_count
  charge(1 + (found.stop - found.start) * 0.0625 * (count + 1))
  if count == 0 then return whole(s) end
  if count == 1 then return capture(s, 0) end
  if count == 2 then return capture(s, 0), capture(s, 1) end
  if count == 3 then return capture(s, 0), capture(s, 1), capture(s, 2) end
  local list = {}
  for i = 1, count do list[i] = capture(s, i - 1) end
  return unpack(list, 1, count)
end

-- Remembered, because looking for it is not compiled.
local plain_patterns, remembered = {}, 0

local function is_plain(pattern)
  local plain = plain_patterns[pattern]
  if plain == nil then
    plain = raw_find(pattern, "[%^%$%*%+%?%.%(%[%%%-]") == nil
    if #pattern > 64 then return plain end
    if remembered == 1000 then plain_patterns, remembered = {}, 0 end
    plain_patterns[pattern] = plain
    remembered = remembered + 1
  end
  return plain
end

function strings.find(s, pattern, init, plain)
  s, pattern = text(s, 1, "find"), text(pattern, 2, "find")
  local offset = start_offset(s, init, "find")
  charge(#pattern * 0.0625)
  if plain or is_plain(pattern) then return find_plain(s, pattern, offset) end
  if not search(s, pattern, offset) then return nil end
  local first, last = found.start + 1, found.stop
  if found.capture_count == 0 then return first, last end
  return first, last, captures(s)
end

function strings.match(s, pattern, init)
  s, pattern = text(s, 1, "match"), text(pattern, 2, "match")
  local offset = start_offset(s, init, "match")
  if not search(s, pattern, offset) then return nil end
  return captures(s)
end

function strings.gmatch(s, pattern)
  s, pattern = text(s, 1, "gmatch"), text(pattern, 2, "gmatch")
  -- Here '^' is an ordinary character: an anchor would make no sense in a loop.
  if raw_byte(pattern, 1) == 94 then pattern = "%" .. pattern end
  local offset = 0
  return function()
    if offset > #s or not search(s, pattern, offset) then return nil end
    offset = found.stop
    if found.stop == found.start then offset = offset + 1 end
    return captures(s)
  end
end

-- The text that a replacement string stands for.
local function expand(s, replacement)
  charge(1 + #replacement * 0.25)
  if not raw_find(replacement, "%", 1, true) then return replacement end
  local out, count, i, size, bytes = {}, 0, 1, #replacement, 0
  while i <= size do
    local c = raw_sub(replacement, i, i)
    if c == "%" then
      i = i + 1
      local digit = raw_byte(replacement, i)
      if digit == 48 then
        c = whole(s)
      elseif digit and digit >= 49 and digit <= 57 then
        if found.capture_count == 0 and digit == 49 then
          c = whole(s)
        elseif digit - 48 > found.capture_count then
          error("invalid capture index", 0)
        else
          c = capture(s, digit - 49) .. ""
        end
      else
        c = i > size and "\0" or raw_sub(replacement, i, i)  -- as C strings end
      end
    end
    count = count + 1
    out[count] = c
    bytes = bytes + #c
    if bytes > core.STRING_BYTES then admit_string(bytes) end
    charge(1 + #c * 0.0625)
    i = i + 1
  end
  return raw_concat(out)
end

local function first_capture(s)
  if found.capture_count == 0 then return whole(s) end
  return capture(s, 0)
end

local function replaced(s, replacement, kind)
  local matched = whole(s)
  local value
  if kind == "string" then return expand(s, replacement) end
  if kind == "table" then
    value = replacement[first_capture(s)]
  else
    value = replacement(captures(s))
  end
  if not value then return matched end
  if type(value) == "number" then return value .. "" end
  if type(value) ~= "string" then
    error("invalid replacement value (a " .. type(value) .. ")", 0)
  end
  return value
end

function strings.gsub(s, pattern, replacement, limit)
  s, pattern = text(s, 1, "gsub"), text(pattern, 2, "gsub")
  local kind = type(replacement)
  if kind == "number" then replacement, kind = replacement .. "", "string" end
  if kind ~= "string" and kind ~= "table" and kind ~= "function" then
    arguments.bad(3, "gsub", "string/function/table", replacement)
  end
  limit = limit == nil and #s + 1 or arguments.integer(limit, 4, "gsub")
  local anchored = raw_byte(pattern, 1) == 94
  local out, pieces, bytes = {}, 0, 0
  local offset, done, size = 0, 0, #s
  while done < limit and offset <= size and search(s, pattern, offset) do
    local start, stop = found.start, found.stop  -- a replacement function may search, too
    local value = replaced(s, replacement, kind)
    if start > offset then
      pieces = pieces + 1
      out[pieces] = raw_sub(s, offset + 1, start)
    end
    pieces = pieces + 1
    out[pieces] = value
    bytes = bytes + start - offset + #value
    done = done + 1
    offset = stop
    if stop == start then
      if stop < size then
        pieces = pieces + 1
        out[pieces] = raw_sub(s, stop + 1, stop + 1)
        bytes = bytes + 1
      end
      offset = stop + 1
    end
    charge(6 + (offset - start + #value) * 0.0625)
    if bytes > core.STRING_BYTES then admit_string(bytes) end
    if anchored then break end
  end
  if offset < size then
    pieces = pieces + 1
    out[pieces] = raw_sub(s, offset + 1)
    charge(2 + (size - offset) * 0.0625)
  end
  return core.concatenated(raw_concat(out)), done
end

return strings
