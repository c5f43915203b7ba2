-- Steals out of the granary, eats of it, and runs from whom it has met too closely.
local policy = {}

local HUNGRY, HURT, LOOT = 0.5, 0.5, 6

local function flee(self, other)
  return self:move(self.x - other.x, self.y - other.y)
end

function policy.act(self, world)
  local items = self.items
  local person = world.nearest("person", 4)
  if self.health < HURT and person then return flee(self, person) end
  if self.hunger > HUNGRY and (items.bread or items.grain) then
    return self:use("snack", nil, {item = items.bread and "bread" or "grain"})
  end
  if self.energy < 0.1 then return self:rest() end
  local store = world.nearest("granary", self.sense_radius)
  local stock = store and world.stock_of(store)
  local item = stock and (stock.bread and "bread" or stock.grain and "grain")
  if not item or (items.bread or 0) + (items.grain or 0) >= LOOT then
    if person then return flee(self, person) end
    return self:rest()
  end
  if store.distance > self.reach * 0.9 then return self:move_to(store.x, store.y) end
  if self:cooldown("steal") > 0 then return self:rest() end
  return self:use("steal", store, {item = item})
end

return policy
