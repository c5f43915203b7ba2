-- Proposes a trade to somebody near. Nothing changes hands before it is accepted.
-- details: item, count (1), want_item, want_count (1).
local ability = {
  name = "trade_offer",
  description = "Offers a target within 5 m items for others; details: item, count, want_item, " ..
                "want_count.",
  energy_cost = 0,
  cooldown = 1,
  range = 5,
}

function ability.can_use(user, target, world, details)
  local complete = details ~= nil and details.item ~= nil and details.want_item ~= nil
  return target.id ~= nil and target.id ~= user.id and complete
end

function ability.execute(user, target, world, effects, details)
  effects.offer(target, details.item, details.count, details.want_item, details.want_count)
end

return ability
