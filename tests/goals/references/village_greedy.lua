-- Takes for itself whatever is there: eats when hungry, and empties the common store.
local policy = {}

local function go(self, place)
  return self:move_to(place.x, place.y)
end

function policy.act(self, world)
  local items = self.items
  local food = items.bread and "bread" or items.grain and "grain"
  if food and self.hunger > 0.3 then return self:use("snack", nil, {item = food}) end
  if self.energy < 0.1 then return self:rest() end
  local store = world.nearest("granary", self.sense_radius)
  local stock = store and world.stock_of(store)
  local item = stock and (stock.bread and "bread" or stock.grain and "grain")
  if not store or not item then return self:wander() end
  if store.distance > self.reach * 0.9 then return go(self, store) end
  if (items.bread or 0) + (items.grain or 0) >= 6 then return self:rest() end
  return self:fetch(store, item, 1)
end

return policy
