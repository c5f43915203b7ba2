-- The string library, patterns apart. Every function pays by the bytes it reads and makes.
local core, arguments, tostring = ...
local charge, admit_string, made = core.charge, core.admit_string, core.made
local text, integer, optional_integer =
  arguments.text, arguments.integer, arguments.optional_integer
local error, select, type, tonumber = error, select, type, tonumber
local raw = {
  byte = string.byte, char = string.char, sub = string.sub, rep = string.rep,
    reverse = string.reverse,
  lower = string.lower, upper = string.upper, format = string.format, find = string.find,
    len = string.len,
}

local raw_byte, raw_sub, raw_find = raw.byte, raw.sub, raw.find

local VALUES_MAX = 4000

local strings = {}

function strings.len(s) return #text(s, 1, "len") end

function strings.byte(s, first, last)
  s = text(s, 1, "byte")
  first = optional_integer(first, 1, 2, "byte")
  if last == nil then
    charge(1)
    local code = raw_byte(s, first)
    if code then return code end
    return
  end
  last = integer(last, 3, "byte")
  local size = #s
  if first < 0 then first = first + size + 1 end
  if last < 0 then last = last + size + 1 end
  if first < 1 then first = 1 end
  if last > size then last = size end
  local count = last - first + 1
  if count < 1 then return end
  if count > VALUES_MAX then error("string slice too long (at most " .. VALUES_MAX .. ")", 0) end
  charge(1 + count)
  return raw_byte(s, first, last)
end

function strings.char(...)
  charge(1 + select("#", ...))
  return raw.char(...)
end

function strings.sub(s, first, last)
  s = text(s, 1, "sub")
  local part = raw_sub(s, integer(first, 2, "sub"), optional_integer(last, -1, 3, "sub"))
  charge(1 + #part * 0.0625)
  return made(part)
end

function strings.rep(s, count, separator)
  s = text(s, 1, "rep")
  count = integer(count, 2, "rep")
  if count < 1 then return "" end
  separator = separator == nil and "" or text(separator, 3, "rep")
  local size = #s * count + #separator * (count - 1)
  charge(1)
  if size == 0 then return "" end
  admit_string(size)
  charge(count * 0.25)
  return made(raw.rep(s, count, separator))
end

for _, name in ipairs({"reverse", "lower", "upper"}) do
  local raw_function = raw[name]
  strings[name] = function(s)
    s = text(s, 1, name)
    charge(1 + #s * 0.125)
    return made(raw_function(s))
  end
end

-- The position where a search begins, from 0. Behind the end means at the end.
function strings.start_offset(s, init, name)
  local start = optional_integer(init, 1, 3, name)
  if start < 0 then start = start + #s + 1 end
  if start < 1 then return 0 end
  return start > #s and #s or start - 1
end

-- A plain search may compare the whole needle at every place.
function strings.find_plain(s, needle, offset)
  charge(1 + (#s - offset) * (#needle + 4) * 0.015625)
  local first, last = raw_find(s, needle, offset + 1, true)
  if first then return first, last end
  return nil
end

local directives = {}

local function number_directive(spec, value, position)
  return raw.format(spec, arguments.number(value, position, "format"))
end
for letter in ("cdiouxXeEfgGaA"):gmatch(".") do directives[letter] = number_directive end

function directives.q(spec, value)
  local s = tostring(value)
  admit_string(#s * 4)
  return raw.format(spec, s)
end

function directives.s(spec, value)
  local s = tostring(value)
  charge(1 + #s * 0.0625)
  if spec == "%s" then return s end
  return raw.format(spec, s)
end

-- As string.format, but `%s` shows no address and `%p` does not exist.
function strings.format(template, ...)
  template = text(template, 1, "format")
  local count = select("#", ...)
  local out, at, size, argument = "", 1, #template, 0
  charge(2 + size * 0.25)
  while at <= size do
    local percent = raw_find(template, "%", at, true)
    if not percent then
      out = out .. raw_sub(template, at)
      break
    end
    out = out .. raw_sub(template, at, percent - 1)
    if raw_byte(template, percent + 1) == 37 then
      out, at = out .. "%", percent + 2
    else
      local _, stop = raw_find(template, "^[-+ #0]*%d*%.?%d*", percent + 1)
      local letter = raw_sub(template, stop + 1, stop + 1)
      local spec = raw_sub(template, percent, stop + 1)
      local directive = directives[letter]
      if not directive or #spec > 12 then
        error("invalid option '" .. spec .. "' to 'format'", 0)
      end
      argument = argument + 1
      if argument > count then arguments.bad(argument + 1, "format", "value", nil) end
      out, at = out .. directive(spec, (select(argument, ...)), argument + 1), stop + 2
      charge(8)
    end
    admit_string(#out)
  end
  return made(out)
end

return strings
