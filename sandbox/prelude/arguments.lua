-- Argument checks with the messages of the reference library.
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
  local converted = type(value) == "string" and tonumber(value)
  if not converted then return bad(position, name, "number", value) end
  return converted
end

-- The whole part of a number, as the reference library takes positions and counts. NaN counts as 0.
local modf, huge = math.modf, 2 ^ 31
local function integer(value, position, name)
  local whole = modf(number(value, position, name))
  if whole ~= whole then return 0 end
  if whole > huge then return huge end
  if whole < -huge then return -huge end
  return whole
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
