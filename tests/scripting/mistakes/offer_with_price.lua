local policy = {}
function policy.act(self, world)
  local offer = world.offer()
  if offer and offer.price == "apple" and offer.amount > 1 then
    return self:use("trade_accept", offer.from)
  end
  return self:wander()
end
return policy
