-- Makes a text, counts its words and letters, and rewrites it: patterns, tables with string keys.
local rounds = ... or 3
local stems = {"river", "stone", "light", "wind", "root", "ember"}
local parts, random = {}, 7
for i = 1, 400 do
  random = random * 16807 % 2147483647
  parts[i] = stems[random % #stems + 1] .. (random % 5 == 0 and "s," or "")
end
local text = table.concat(parts, " ")
local result
for _ = 1, rounds do
  local counts, order = {}, {}
  for word in text:gmatch("%a+") do
    if not counts[word] then
      counts[word] = 0
      order[#order + 1] = word
    end
    counts[word] = counts[word] + 1
  end
  table.sort(order, function(a, b)
    if counts[a] ~= counts[b] then return counts[a] > counts[b] end
    return a < b
  end)
  local shown = {}
  for i, word in ipairs(order) do shown[i] = word:upper():sub(1, 3) .. counts[word] end
  local title, changed = text:gsub("(%a)(%a*)", function(a, b) return a:upper() .. b end)
  local _, commas = text:gsub(",", "")
  result = table.concat(shown, " ") .. " " .. changed .. " " .. commas .. " " .. #title ..
    " " .. (text:find("embers, wind") or 0)
end
return result
