-- Tables made per call, and tables of the file filled while it is loaded.
local OFFSETS = {}
for i = 0, 7 do
  OFFSETS[#OFFSETS + 1] = {math.cos(i * math.pi / 4), math.sin(i * math.pi / 4)}
end

local WEIGHTS = {}
local function weigh(name, weight) WEIGHTS[name] = weight end
weigh("near", 2)
weigh("far", 1)
table.insert(OFFSETS, {0, 0})
table.sort(OFFSETS, function(a, b) return a[1] < b[1] end)

local function copy(list)
  local result = {}
  for key, value in pairs(list) do result[key] = value end
  return result
end

local policy = {}

function policy.act(self, world)
  local choices = copy(OFFSETS)
  table.insert(choices, {1, 1})
  choices[1] = {0.5, 0.5}
  local scores = {}
  for i, offset in ipairs(choices) do
    scores[i] = {offset = offset, free = world.clear(offset[1], offset[2], 3) * WEIGHTS.near}
  end
  table.sort(scores, function(a, b) return a.free > b.free end)
  local best = table.remove(scores, 1)
  if best == nil then return self:idle() end
  return self:move(unpack(best.offset))
end

return policy
