-- Argument checks with the messages of the reference library.
local core = ...
local charge = core.charge
local error, type, tonumber, tostring = error, type, tonumber, tostring

local function bad(position, name, expected, value)
  local got = value == nil and "no value" or type(value)
  error("bad argument #" .. position .. " to '" .. name .. "' (" .. expected ..
        " expected, got " .. got .. ")", 0)
end

local function text(value, position, name)
  if type(value) == "string" then return value end
  if type(value) == "number" then return tostring(value) end
  return bad(position, name, "string", value)
end

local function number(value, position, name)
  if type(value) == "number" then return value end
  if type(value) == "string" then charge(#value * 0.0625) end
  local converted = type(value) == "string" and tonumber(value)
  if not converted then return bad(position, name, "number", value) end
  return converted
end

-- The whole part of a number, as the reference library takes positions and counts. NaN counts as 0.
local floor, huge = math.floor, 2 ^ 31
local function integer(value, position, name)
  value = number(value, position, name)
  if value > huge then return huge end
  if value < -huge then return -huge end
  if value >= 0 then return (floor(value)) end
  return value == value and -floor(-value) or 0
end

local function optional_integer(value, default, position, name)
  if value == nil then return default end
  return integer(value, position, name)
end

local function table_value(value, position, name)
  if type(value) ~= "table" then bad(position, name, "table", value) end
  return value
end

return {
  bad = bad,
  text = text,
  number = number,
  integer = integer,
  optional_integer = optional_integer,
  table_value = table_value,
}
