-- Sells whatever the trader still pays a coin for: wood, grain, bread.
local policy = {}

local HUNGRY, TIRED, RESTED = 0.45, 0.15, 0.7

local function go(self, place)
  return self:move_to(place.x, place.y)
end

local function in_reach(self, place)
  return place.distance <= self.reach * 0.9
end

-- These return true when something was done.
local function eat(self, world)
  if self.hunger < HUNGRY then return false end
  local items = self.items
  local food = items.bread and "bread" or items.grain and "grain"
  if food then
    self:use("snack", nil, {item = food})
    return true
  end
  local store = world.nearest("granary", self.sense_radius)
  local stock = store and world.stock_of(store)
  food = stock and (stock.bread and "bread" or stock.grain and "grain")
  if not store or not food then return false end
  if in_reach(self, store) then self:fetch(store, food, 1) else go(self, store) end
  return true
end

local function rest(self)
  local resting = self.memory.resting
  if self.energy < TIRED then resting = true end
  if self.energy > RESTED then resting = false end
  self.memory.resting = resting
  if resting then self:rest() end
  return resting
end

local function harvest(self, world, plant, item)
  local ripe = world.nearest_ripe(plant, self.sense_radius)
  if not ripe then return self:wander() end
  if not in_reach(self, ripe) then return go(self, ripe) end
  return self:craft(item)
end

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
