-- `self.memory` of the agents of one shard.
local bit = require("bit")
local next = next
local bor, band, lshift, rshift = bit.bor, bit.band, bit.lshift, bit.rshift

local memories = {}  -- by slot

-- Rows come to shards in blocks of 2^12, to each of 2^3 shards in turn (policy_version.h). The
-- slots of one shard's rows lie close together, so that memories are an array.
local function slot_of(row)
  return bor(lshift(rshift(row, 15), 12), band(row, 4095)) + 1
end

-- Made when first touched: an agent that keeps nothing costs no table.
local function of(row)
  local slot = slot_of(row)
  local memory = memories[slot]
  if not memory then
    memory = {}
    memories[slot] = memory
  end
  return memory
end

local function set(row, memory) memories[slot_of(row)] = memory end
local function peek(row) return memories[slot_of(row)] end
local function forget(row) memories[slot_of(row)] = nil end
local function forget_all() memories = {} end
-- Of the first `count` rows of a list.
local function forget_some(rows, count)
  for i = 0, count - 1 do memories[slot_of(rows[i])] = nil end
end
local function any() return next(memories) ~= nil end

return {
  of = of, set = set, peek = peek, forget = forget, forget_some = forget_some,
  forget_all = forget_all, any = any,
}
