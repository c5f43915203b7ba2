-- Stands at the market and takes up offers that are fair by the prices of the place: it gives at
-- most one and a half times what it gets is worth there.
local policy = {}

local HUNGRY = 0.6
local MARGIN = 1.5  -- the most that is paid for what is worth one

function policy.act(self, world)
  local items = self.items
  if self.hunger > HUNGRY and items.bread then
    return self:use("snack", nil, {item = "bread"})
  end
  local offer = world.offer()
  if offer and (items[offer.want_item] or 0) >= offer.want_count then
    local worth = offer.count * (world.price_at(offer.item) or 0)
    local asked = offer.want_count * (world.price_at(offer.want_item) or 0)
    if asked <= MARGIN * worth then return self:use("trade_accept", offer.from) end
  end
  local market = world.nearest("market", self.sense_radius)
  if market and market.distance > 1 then return self:move_to(market.x, market.y) end
  return self:rest()
end

return policy
