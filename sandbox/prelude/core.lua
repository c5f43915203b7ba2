-- The meter's own ground: the fuel and what metered code calls. Trusted code.
-- `host` brings: checkpoint(inner, spent) -> the length of the next slice of fuel, or what must end
-- the call; give_up(), which says that the watchdog ended it; string_bytes and numeral_bytes, the
-- limits of one string.
local host = ...
local type, error, floor, setmetatable = type, error, math.floor, setmetatable
local select, tonumber = select, tonumber
local abs, max, huge = math.abs, math.max, math.huge
local checkpoint = host.checkpoint

-- Fuel comes in slices, so that a long call passes a checkpoint (stack, memory, wall clock) now and
-- then while the usual charge stays one subtraction and one comparison. No unit of fuel pays for
-- more than two slots of the stack: a checkpoint grants what cannot fill the rest of it.
local FIRST_SLICE = 10000
local SLOTS_PER_FUEL = 100
local STRING_BYTES = host.string_bytes
local NUMERAL_BYTES = host.numeral_bytes

local OUT_OF_FUEL = {}
local OUT_OF_MEMORY = {}
local STACK_OVERFLOW = {}
local LOCKED = "locked"  -- what getmetatable shows of tables that cannot be changed

local fuel = 0     -- left of this slice; metered code may share this variable
local reserve = 0  -- left of the budget behind this slice
local slots_left = 0

local budget, spent_before = 0, 0  -- of the call that runs; by its forerunners since start()

local function remaining()
  return fuel < 0 and 0 or fuel + reserve
end

-- What was spent since start().
local function spent()
  return spent_before + budget - remaining()
end

local function give_up()
  reserve, fuel = 0, 0
  error(OUT_OF_FUEL, 0)
end

-- `inner` is the number of frames between this one and the one whose depth counts.
local function exhausted(inner)
  local left = fuel + reserve
  if left < 0 then
    reserve = 0
    error(OUT_OF_FUEL, 0)
  end
  fuel, reserve = left, 0
  local granted = checkpoint(inner, spent())
  if granted == "memory" then error(OUT_OF_MEMORY, 0) end
  if granted == "stack" then error(STACK_OVERFLOW, 0) end
  if granted == "clock" then give_up() end
  if left > granted then fuel, reserve = granted, left - granted end
end

-- What metered code calls, and the library. Nothing else changes `fuel` on hot paths: compiled code
-- keeps a variable in a register as long as one function alone touches it. Its depth is the one at
-- which metered code would call exhausted() itself, so that both ways of charging see the same
-- stack.
local function charge(amount)
  fuel = fuel - amount
  if fuel < 0 then exhausted(1) end
end

local function begin(amount)
  spent_before = spent()
  budget = amount
  fuel = amount < FIRST_SLICE and amount or FIRST_SLICE
  reserve = amount - fuel
  slots_left = amount * SLOTS_PER_FUEL
end

-- Begins the first of the calls that the watchdog takes for one.
local function start(amount)
  begin(amount)
  spent_before = 0
end

-- A walk passed so many slots of a table that was much larger once. How many there are depends on
-- the seeds of hashes, so fuel cannot pay for them; a call that passes too many is given up.
local function pass_slots(count)
  slots_left = slots_left - count
  if slots_left < 0 then
    host.give_up()
    give_up()
  end
end

-- A charge of metered code that copies all of `...` a number of times.
local function pay_spread(amount, copies, ...)
  charge(amount + copies * select("#", ...) * 0.5)
end

-- Pays for all iterations of a numeric `for` before the first. A step that is lost in rounding
-- would never end. Returns the limit; what is no number is left to the loop to complain about.
local LOST = 2 ^ -50
local function pay_loop(cost, start, step, limit)
  local last = type(limit) == "number" and limit or tonumber(limit)
  if not last or last ~= last then return limit end
  local distance = step < 0 and start - last or last - start
  if distance < 0 then return limit end
  local size, largest = abs(step), max(abs(start), abs(last))
  if size == 0 or size < largest * LOST then
    charge(huge)
  else
    charge((floor(distance / size) + 1) * cost)
  end
  return limit
end

-- Lets a string in whose length is known only now: the price of making it, and the limit of one
-- string.
local function admit_string(length)
  if length > STRING_BYTES then error(OUT_OF_MEMORY, 0) end
  charge(floor(length * 0.0625))
end

-- Wherever arithmetic meets a string, LuaJIT reads it as a number, and nobody pays for that by
-- length. So no string may be a longer number than this.
local function refuse_numeral(text)
  if tonumber(text) then
    error("no string may be a number of more than " .. NUMERAL_BYTES .. " characters", 0)
  end
end

-- Every string that is made passes here, unless it is short for sure.
local function made(text)
  if #text > NUMERAL_BYTES then refuse_numeral(text) end
  return text
end

local function concatenated(value)
  if type(value) == "string" then
    admit_string(#value)
    if #value > NUMERAL_BYTES then refuse_numeral(value) end
  end
  return value
end

-- LuaJIT's compiler turns x^2 into x*x, its interpreter calls pow(): one bit apart now and then.
local function power(base, exponent)
  if exponent == 2 and type(base) == "number" then return base * base end
  return base ^ exponent
end

-- The order of two strings pays by length.
local function pay_comparison(a, b)
  if type(a) == "string" and type(b) == "string" then
    charge(floor((#a < #b and #a or #b) * 0.0625))
  end
end

local function less(a, b)
  if type(a) ~= "number" then pay_comparison(a, b) end
  return a < b
end

local function less_equal(a, b)
  if type(a) ~= "number" then pay_comparison(a, b) end
  return a <= b
end

local function greater(a, b)
  if type(a) ~= "number" then pay_comparison(a, b) end
  return a > b
end

local function greater_equal(a, b)
  if type(a) ~= "number" then pay_comparison(a, b) end
  return a >= b
end

-- Objects used as keys get a serial number in the order of their first use: the order in which
-- pairs() shows them, where addresses would differ from run to run.
local serials = setmetatable({}, {__mode = "k"})
local last_serial = 0

-- LuaJIT miscompiles `..` with a metamethod: a loop around one chain of them overwrites its stack.
-- So nothing is compiled any more in a state where some table may have a key "__concat".
local function admit_key(key)
  local kind = type(key)
  if kind == "number" then return key end
  if kind == "string" then
    if key == "__mode" or key == "__gc" then
      error("no table may have a key named '" .. key .. "'", 0)
    end
    if key == "__concat" then host.stop_compiler() end
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
    local shown = type(key) == "string" and key or "a " .. type(key)
    error("the table '" .. name .. "' cannot be changed (assigning '" .. shown .. "')", 0)
  end
  local proxy = setmetatable({}, {__index = contents, __newindex = refuse, __metatable = LOCKED})
  frozen[proxy] = contents
  return proxy
end

return {
  OUT_OF_FUEL = OUT_OF_FUEL,
  OUT_OF_MEMORY = OUT_OF_MEMORY,
  STACK_OVERFLOW = STACK_OVERFLOW,
  STRING_BYTES = STRING_BYTES,
  LOCKED = LOCKED,
  start = start,
  begin = begin,
  remaining = remaining,
  pass_slots = pass_slots,
  charge = charge,
  exhausted = exhausted,
  pay_spread = pay_spread,
  pay_loop = pay_loop,
  admit_string = admit_string,
  made = made,
  concatenated = concatenated,
  power = power,
  less = less,
  less_equal = less_equal,
  greater = greater,
  greater_equal = greater_equal,
  admit_key = admit_key,
  serials = serials,
  frozen = frozen,
  freeze = freeze,
}
