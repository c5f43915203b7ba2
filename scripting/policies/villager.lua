-- What people of a village do that no other script drives, each after his role: farmers fill the
-- granary with grain, bakers with bread, woodcutters sell wood, guards keep thieves away.
local policy = {}

local HUNGRY, STARVING, TIRED, RESTED = 0.45, 0.7, 0.15, 0.8
local LOAD = 5  -- things that are worth a way

local function go(self, place)
  return self:move_to(place.x, place.y)
end

local function in_reach(self, place)
  return place.distance <= self.reach * 0.9
end

-- Where everybody may help himself. Returns the place and what is in it.
local function granary(self, world)
  local store = world.nearest("granary", self.sense_radius)
  if not store then return nil, {} end
  return store, world.stock_of(store) or {}
end

-- These return true when something was done.
local function fetch(self, store, item, count)
  if not in_reach(self, store) then go(self, store) else self:fetch(store, item, count) end
  return true
end

local function bring(self, store, item, count)
  if not in_reach(self, store) then go(self, store) else self:give(store, item, count) end
  return true
end

local function eat(self, world)
  if self.hunger < HUNGRY then return false end
  local items = self.items
  local food = items.bread and "bread" or (items.grain and self.hunger > STARVING and "grain")
  if food then
    self:use("snack", nil, {item = food})
    return true
  end
  local store, stock = granary(self, world)
  if not store then return false end
  if stock.bread then return fetch(self, store, "bread", 1) end
  if stock.grain and self.hunger > STARVING then return fetch(self, store, "grain", 1) end
  return false
end

local function home(self, world)
  for _, house in ipairs(world.neighbors("house", self.sense_radius)) do
    if world.owner_of(house) == self.id then return house end
  end
  return nil
end

local function rest(self, world)
  if self.energy > RESTED then return false end
  local house = home(self, world)
  local there = house ~= nil and house.distance < 1
  if self.energy > TIRED and not there then return false end
  if house and not there and self.energy > 0.03 then
    go(self, house)
  else
    self:rest()
  end
  return true
end

local function harvest(self, world, plant, item)
  local ripe = world.nearest_ripe(plant, self.sense_radius)
  if not ripe then return self:idle() end
  if not in_reach(self, ripe) then return go(self, ripe) end
  return self:craft(item)
end

local function farm(self, world)
  local grain = self.items.grain or 0
  local store = world.nearest("granary", self.sense_radius)
  if grain >= LOAD and store then return bring(self, store, "grain", grain) end
  return harvest(self, world, "wheat", "grain")
end

local function bake(self, world)
  local items = self.items
  local grain, bread = items.grain or 0, items.bread or 0
  local oven = world.nearest("bakery", self.sense_radius)
  if grain >= 2 and oven then
    if not in_reach(self, oven) then return go(self, oven) end
    return self:craft("bread")
  end
  local store, stock = granary(self, world)
  if not store then return self:idle() end
  if bread >= 1 then return bring(self, store, "bread", bread) end
  if (stock.grain or 0) >= 2 then return fetch(self, store, "grain", math.min(6, stock.grain)) end
  return farm(self, world)
end

-- Offers a piece for what it is worth where the trader stands.
local function sell(self, world, item)
  local trader = world.nearest("trader", self.sense_radius)
  if not trader then return self:idle() end
  if not in_reach(self, trader) then return go(self, trader) end
  if self:cooldown("trade_offer") > 0 then return self:idle() end
  local price = world.price_at(item, trader.x, trader.y) or 0
  if price < 0.7 then return self:idle() end
  local details = {
    item = item, count = 1, want_item = "coin", want_count = math.max(1, math.floor(price)),
  }
  return self:use("trade_offer", trader, details)
end

local function cut(self, world)
  if (self.items.wood or 0) < 3 then return harvest(self, world, "tree", "wood") end
  return sell(self, world, "wood")
end

local function guard(self, world)
  local thief = world.nearest("thief", self.sense_radius)
  local store = world.nearest("granary", self.sense_radius)
  local known = thief and (world.reputation_of(thief) or 0) < 0
  if known and thief.distance < 12 and self.health > 0.3 then
    if thief.distance > 1.8 then return go(self, thief) end
    if self.energy > 0.1 then return self:use("attack", thief) end
  end
  if store and store.distance > 2 then return go(self, store) end
  return self:rest()
end

local work = {farmer = farm, baker = bake, woodcutter = cut, guard = guard}

function policy.act(self, world)
  if eat(self, world) or rest(self, world) then return self end
  local trade = work[self.role] or farm
  return trade(self, world)
end

return policy
