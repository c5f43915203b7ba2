-- The global functions of a script's world.
local core, arguments, iteration, host = ...
local charge, admit_string, LOCKED = core.charge, core.admit_string, core.LOCKED
local type, error, getmetatable, setmetatable = type, error, getmetatable, setmetatable
local raw_tostring, raw_tonumber, raw_unpack = tostring, tonumber, unpack
local rawset, select = rawset, select

local base = {
  _VERSION = _VERSION, assert = assert, error = error, type = type,
  rawequal = rawequal, rawget = rawget, ipairs = ipairs,
  pairs = iteration.pairs, next = iteration.next,
}

-- Tables and functions show no address.
function base.tostring(...)
  local value = ...
  local kind = type(value)
  if kind == "string" then return value end
  if kind == "number" then
    charge(4)
    return raw_tostring(value)
  end
  local metatable = kind == "table" and getmetatable(value)
  local handler = type(metatable) == "table" and metatable.__tostring
  if handler then
    local text = handler(value)
    if type(text) ~= "string" then error("'tostring' must return a string to 'print'", 0) end
    return text
  end
  if kind == "nil" or kind == "boolean" then
    if select("#", ...) == 0 then arguments.bad(1, "tostring", "value", nil) end
    return raw_tostring(value)
  end
  return kind
end

function base.tonumber(value, radix)
  if type(value) == "string" then charge(1 + #value * 0.0625) end
  if radix ~= nil and radix ~= 10 then return raw_tonumber(value, radix) end
  if type(value) == "table" or type(value) == "function" then return nil end
  return (raw_tonumber(value))
end

local VALUES_MAX = 4000

function base.unpack(list, first, last)
  arguments.table_value(list, 1, "unpack")
  first = arguments.optional_integer(first, 1, 2, "unpack")
  last = last == nil and #list or arguments.integer(last, 3, "unpack")
  local count = last - first + 1
  if count < 1 then return end
  if count > VALUES_MAX then
    error("too many results to unpack (at most " .. VALUES_MAX .. ")", 0)
  end
  charge(count)
  return raw_unpack(list, first, last)
end

function base.select(index, ...)
  charge(1 + select("#", ...) * 0.25)
  return select(index, ...)
end

local function changeable(t, position, name)
  if type(t) ~= "table" then arguments.bad(position, name, "table", t) end
  if getmetatable(t) == LOCKED then error("this table cannot be changed", 0) end
  return t
end

function base.rawset(t, key, value)
  rawset(changeable(t, 1, "rawset"), core.admit_key(key), value)
  return t
end

function base.setmetatable(t, metatable)
  arguments.table_value(t, 1, "setmetatable")
  if metatable ~= nil then arguments.table_value(metatable, 2, "setmetatable") end
  setmetatable(t, metatable)
  return t
end

function base.getmetatable(value)
  return (getmetatable(value))
end

function base.print(...)
  local count = select("#", ...)
  local line = ""
  for i = 1, count do
    local text = base.tostring((select(i, ...)))
    admit_string(#line + #text + 1)
    line = i == 1 and text or line .. "\t" .. text
  end
  charge(8)
  host.log(line)
end

return {base = base, changeable = changeable}
