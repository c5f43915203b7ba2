-- Functions of the host: pay, check, cross the border, and raise what the host answered.
local core, arguments = ...
local charge, freeze, bad = core.charge, core.freeze, arguments.bad
local type, error, select, match, find = type, error, select, string.match, string.find

local names = {}   -- what every script sees: functions, and frozen tables of them
local fields = {}  -- the contents of those tables

-- `kinds`: "any" or the type of each argument, "?" behind it where nil will do. `call` crosses the
-- border: true, the result and its size, or false and a message.
local function wrap(name, kinds, fuel, fuel_per_byte, call)
  local count = #kinds
  local types, optional = {}, {}
  for i = 1, count do
    types[i] = match(kinds[i], "%a+")
    optional[i] = find(kinds[i], "?", 1, true) ~= nil
  end
  return function(...)
    charge(fuel)
    if select("#", ...) > count then
      error("too many arguments to '" .. name .. "' (at most " .. count .. ")", 0)
    end
    for i = 1, count do
      local value = (select(i, ...))
      local fits = types[i] == "any" or type(value) == types[i] or value == nil and optional[i]
      if not fits then bad(i, name, types[i], value) end
    end
    local ok, result, bytes = call(...)
    charge(bytes * fuel_per_byte)
    if not ok then error(result, 0) end
    return result
  end
end

-- "scan", or "radar.scan" for a field of a table.
local function define(path, ...)
  local library, field = match(path, "^([%a_][%w_]*)%.([%a_][%w_]*)$")
  if not library then
    names[path] = wrap(path, ...)
    return
  end
  if not fields[library] then
    fields[library] = {}
    names[library] = freeze(fields[library], library)
  end
  fields[library][field] = wrap(path, ...)
end

return {names = names, define = define}
