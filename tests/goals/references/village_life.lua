-- How every villager lives, whatever it works at: the beginning of each policy of the village that
-- is listed with it.
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

-- Where all people keep things.
local function bring(self, world, item)
  local store = world.nearest("granary", self.sense_radius)
  if not store then return self:wander() end
  if not in_reach(self, store) then return go(self, store) end
  return self:give(store, item, self.items[item] or 1)
end
