-- The meter's own ground: the fuel cell and what metered code calls. Trusted code.
-- `host` brings: checkpoint() -> nil or what ended the call, string_bytes (limit of one string).
local host = ...
local type, error, floor, setmetatable = type, error, math.floor, setmetatable

-- Fuel comes in slices, so that a long call passes a checkpoint (memory, wall clock) now and then
-- while the usual charge stays one subtraction and one comparison.
local SLICE = 50000
local STRING_BYTES = host.string_bytes

local OUT_OF_FUEL = {}
local OUT_OF_MEMORY = {}
local STACK_OVERFLOW = {}

local fuel = 0     -- left of this slice; metered code shares this variable
local reserve = 0  -- left of the budget behind this slice

local function exhausted()
  while fuel < 0 do
    if reserve == 0 then error(OUT_OF_FUEL, 0) end
    local slice = reserve < SLICE and reserve or SLICE
    reserve = reserve - slice
    fuel = fuel + slice
  end
  local stop = host.checkpoint()
  if stop == "memory" then error(OUT_OF_MEMORY, 0) end
  if stop == "clock" then
    reserve, fuel = 0, 0
    error(OUT_OF_FUEL, 0)
  end
end

local function charge(amount)
  fuel = fuel - amount
  if fuel < 0 then exhausted() end
end

local function begin(budget)
  fuel = budget < SLICE and budget or SLICE
  reserve = budget - fuel
end

local function remaining()
  return fuel < 0 and 0 or fuel + reserve
end

-- Lets a string in whose length is known only now: the price of making it, and the limit of one
-- string.
local function admit_string(length)
  if length > STRING_BYTES then error(OUT_OF_MEMORY, 0) end
  fuel = fuel - floor(length * 0.0625)
  if fuel < 0 then exhausted() end
end

local function concatenated(value)
  if type(value) == "string" then admit_string(#value) end
  return value
end

-- LuaJIT's compiler turns x^2 into x*x, its interpreter calls pow(): one bit apart now and then.
local function power(base, exponent)
  if exponent == 2 and type(base) == "number" then return base * base end
  return base ^ exponent
end

-- Objects used as keys get a serial number in the order of their first use: the order in which
-- pairs() shows them, where addresses would differ from run to run.
local serials = setmetatable({}, {__mode = "k"})
local last_serial = 0

local function admit_key(key)
  local kind = type(key)
  if kind == "number" then return key end
  if kind == "string" then
    if key == "__mode" or key == "__gc" then
      error("no table may have a key named '" .. key .. "'", 0)
    end
  elseif kind == "table" or kind == "function" then
    if not serials[key] then
      last_serial = last_serial + 1
      serials[key] = last_serial
    end
  end
  return key
end

-- What cannot be changed: the proxies that scripts see instead of library tables. frozen[proxy] is
-- the table behind it.
local frozen = setmetatable({}, {__mode = "k"})

local function freeze(contents, name)
  local function refuse(_, key)
    error("the table '" .. name .. "' cannot be changed (assigning '" .. tostring(key) .. "')", 0)
  end
  local proxy = setmetatable({}, {__index = contents, __newindex = refuse, __metatable = "locked"})
  frozen[proxy] = contents
  return proxy
end

return {
  OUT_OF_FUEL = OUT_OF_FUEL,
  OUT_OF_MEMORY = OUT_OF_MEMORY,
  STACK_OVERFLOW = STACK_OVERFLOW,
  STRING_BYTES = STRING_BYTES,
  begin = begin,
  remaining = remaining,
  charge = charge,
  exhausted = exhausted,
  admit_string = admit_string,
  concatenated = concatenated,
  power = power,
  admit_key = admit_key,
  serials = serials,
  frozen = frozen,
  freeze = freeze,
}
