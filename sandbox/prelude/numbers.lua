-- math and bit. math.random draws from the stream that the caller of the Vm gives.
local core, arguments, host = ...
local charge = core.charge
local ffi = require("ffi")
local floor, error, select = math.floor, error, select

local NAMES = {
  "abs", "acos", "asin", "atan", "atan2", "cos", "cosh", "deg", "exp", "floor", "fmod",
    "frexp",
  "ldexp", "log", "log10", "max", "min", "modf", "rad", "sin", "sinh", "sqrt", "tan", "tanh",
}

local numbers = {pi = math.pi, huge = math.huge}
for _, name in ipairs(NAMES) do numbers[name] = math[name] end

-- LuaJIT's interpreter and its compiler do not agree on the sign of math.ceil(-0.5).
function numbers.ceil(value)
  return -floor(-arguments.number(value, 1, "ceil"))
end

function numbers.pow(base, exponent)
  return core.power(arguments.number(base, 1, "pow"), arguments.number(exponent, 2, "pow"))
end

local context = ffi.cast("void *", host.random_context)
local draw = ffi.cast("double (*)(void *)", host.random_draw)

-- As in the reference library: a real in [0, 1), an integer in [1, m], an integer in [m, n].
function numbers.random(...)
  charge(8)
  local unit = draw(context)
  local count = select("#", ...)
  if count == 0 then return unit end
  local low, high = ...
  if count == 1 then low, high = 1, low end
  low = arguments.number(low, 1, "random")
  high = arguments.number(high, count, "random")
  low, high = floor(low), floor(high)
  if not (low <= high) then
    error("bad argument #" .. count .. " to 'random' (interval is empty)", 0)
  end
  return floor(unit * (high - low + 1)) + low
end

local bits = {}
for _, name in ipairs({"arshift", "band", "bnot", "bor", "bswap", "bxor", "lshift", "rol", "ror",
  "rshift",
                       "tobit", "tohex"}) do
  bits[name] = bit[name]
end

return {math = numbers, bit = bits}
