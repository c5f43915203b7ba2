-- Sells whatever the trader still pays a coin for: wood, grain, bread.

-- Offers one for what it is worth where the trader stands; false when that is too little.
local function sell(self, world, item)
  local trader = world.nearest("trader", self.sense_radius)
  if not trader or not self.items[item] then return false end
  local price = world.price_at(item, trader.x, trader.y) or 0
  if price < 0.7 then return false end
  if not in_reach(self, trader) then
    go(self, trader)
  elseif self:cooldown("trade_offer") == 0 then
    self:use("trade_offer", trader, {
      item = item, count = 1, want_item = "coin", want_count = math.max(1, math.floor(price)),
    })
  end
  return true
end

local function work(self, world)
  if self.role == "woodcutter" or self.role == "guard" then
    return harvest(self, world, "tree", "wood")
  end
  return harvest(self, world, "wheat", "grain")
end

function policy.act(self, world)
  if eat(self, world) or rest(self) then return self end
  local items = self.items
  if (items.wood or 0) + (items.grain or 0) >= 2 or self.memory.selling then
    self.memory.selling = (items.wood or items.grain) ~= nil
    if sell(self, world, "wood") or sell(self, world, "grain") then return self end
    self.memory.selling = false
  end
  if (items.wood or 0) + (items.grain or 0) >= 6 then return self:rest() end
  return work(self, world)
end

return policy
