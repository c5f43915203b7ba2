-- Keeps thieves off: everybody stands by the granary, and strikes who comes near.
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

function policy.act(self, world)
  if eat(self, world) then return self end
  local thief = world.nearest("thief", 8)
  if thief and self.health > 0.3 and self.energy > 0.1 then
    if thief.distance > 1.8 then return go(self, thief) end
    if self:cooldown("attack") == 0 then return self:use("attack", thief) end
  end
  local store = world.nearest("granary", self.sense_radius)
  if store and store.distance > 2 then return go(self, store) end
  return self:rest()
end

return policy
