-- Puts the safe library together from its modules. Returns the core and a maker of fresh globals.
local host, modules = ...

if host.jit then
  require("jit.opt").start("maxtrace=4000", "maxrecord=8000", "maxmcode=8192", "sizemcode=64",
    "maxsnap=1000")
end

-- A function that ends in a tail call of one of LuaJIT's own cannot begin a trace; tried often
-- enough, it is never compiled again, nor is who calls it. So the library keeps such calls out of
-- the tail, but for those whose errors name the function.
local core = modules.core(host)
local arguments = modules.arguments(core)
local iteration = modules.iteration(core, arguments, host)
local globals = modules.base(core, arguments, iteration, host)
local base = globals.base
local tables = modules.tables(core, arguments, globals.changeable, iteration.walked)
local numbers = modules.numbers(core, arguments, host)
local strings = modules.strings(core, arguments, base.tostring)
modules.patterns(core, arguments, strings, host)
local hosted = modules.hosted(core, arguments)
core.names = hosted.names  -- where trusted code puts what scripts are to see beside the library

local libraries = {
  string = core.freeze(strings, "string"),
  table = core.freeze(tables, "table"),
  math = core.freeze(numbers.math, "math"),
  bit = core.freeze(numbers.bit, "bit"),
}

-- What ("x"):upper() finds. Scripts see only that it is locked.
local string_metatable = getmetatable("")
string_metatable.__index = strings
string_metatable.__metatable = core.LOCKED

local function new_environment()
  local environment = {}
  for name, value in pairs(base) do environment[name] = value end
  for name, value in pairs(libraries) do environment[name] = value end
  for name, value in pairs(hosted.names) do environment[name] = value end
  environment._G = environment
  return environment
end

return core, new_environment, hosted.define
