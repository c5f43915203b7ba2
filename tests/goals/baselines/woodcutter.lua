-- Eats what it can fetch, cuts wood, and sells it when its hands are full.
local policy = {}

local HUNGRY, TIRED, LOAD = 0.5, 0.2, 6

local function go(self, place)
  return self:move_to(place.x, place.y)
end

local function eat(self, world)
  if self.items.bread then return self:use("snack", nil, {item = "bread"}) end
  local granary = world.nearest("granary", self.sense_radius)
  local stock = granary and world.stock_of(granary)
  if not stock or not stock.bread then return nil end
  if granary.distance <= self.reach then return self:fetch(granary, "bread", 1) end
  return go(self, granary)
end

function policy.act(self, world)
  if self.hunger > HUNGRY and eat(self, world) then return self end
  if self.energy < TIRED then return self:rest() end
  local trader = (self.items.wood or 0) >= LOAD and world.nearest("trader", self.sense_radius)
  if trader then
    if trader.distance > self.reach then return go(self, trader) end
    return self:use("trade_offer", trader,
      {item = "wood", count = 1, want_item = "coin", want_count = 1})
  end
  local tree = world.nearest_ripe("tree", self.sense_radius)
  if not tree then return self:wander() end
  if tree.distance > self.reach then return go(self, tree) end
  return self:craft("wood")
end

return policy
