-- Writes and reads JSON: recursion over tables, string building, scanning by bytes.
local rounds = ... or 4
local escapes = {['"'] = '\\"', ["\\"] = "\\\\", ["\n"] = "\\n"}
local encode
local function encode_string(s) return '"' .. s:gsub('["\\\n]', escapes) .. '"' end
function encode(value)
  local kind = type(value)
  if kind == "string" then return encode_string(value) end
  if kind ~= "table" then return tostring(value) end
  local out = {}
  if #value > 0 then
    for i = 1, #value do out[i] = encode(value[i]) end
    return "[" .. table.concat(out, ",") .. "]"
  end
  local keys = {}
  for key in pairs(value) do keys[#keys + 1] = key end
  table.sort(keys)
  for i, key in ipairs(keys) do out[i] = encode_string(key) .. ":" .. encode(value[key]) end
  return "{" .. table.concat(out, ",") .. "}"
end
local decode
local function skip(text, at) return text:find("%S", at) or #text + 1 end
local function decode_string(text, at)
  local out, from = {}, at + 1
  while true do
    local stop = text:find('["\\]', from)
    out[#out + 1] = text:sub(from, stop - 1)
    if text:byte(stop) == 34 then return table.concat(out), stop + 1 end
    local letter = text:sub(stop + 1, stop + 1)
    out[#out + 1] = letter == "n" and "\n" or letter
    from = stop + 2
  end
end
local function decode_list(text, at, closing, read)
  at = skip(text, at + 1)
  while text:sub(at, at) ~= closing do
    at = skip(text, read(at))
    if text:sub(at, at) == "," then at = skip(text, at + 1) end
  end
  return at + 1
end
function decode(text, at)
  at = skip(text, at)
  local c = text:sub(at, at)
  if c == '"' then return decode_string(text, at) end
  local result = {}
  if c == "[" then
    return result, decode_list(text, at, "]", function(from)
      local value, next_at = decode(text, from)
      result[#result + 1] = value
      return next_at
    end)
  end
  if c == "{" then
    return result, decode_list(text, at, "}", function(from)
      local key, after = decode_string(text, from)
      local value, next_at = decode(text, skip(text, after) + 1)
      result[key] = value
      return next_at
    end)
  end
  if text:sub(at, at + 3) == "true" then return true, at + 4 end
  if text:sub(at, at + 4) == "false" then return false, at + 5 end
  local number = text:match("^-?[%d.eE+-]+", at)
  return tonumber(number), at + #number
end
local document = {
  name = "meadow", tags = {"a", "b\n", 'c"d'}, nested = {{x = 1, y = -2.5}, {x = 3, y = 1e10}},
  yes = true, no = false,
}
for i = 1, 20 do document.nested[i + 2] = {x = i, label = ("item %d"):format(i)} end
local text
for _ = 1, rounds do
  text = encode(document)
  document = decode(text, 1)
end
assert(encode(document) == text)
return #text .. " " .. text:sub(1, 60)
