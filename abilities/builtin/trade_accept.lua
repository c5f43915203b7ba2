-- Takes up the offer that somebody near has made: both hands change at once, or none does.
local ability = {
  name = "trade_accept",
  description = "Accepts the standing offer of a target in reach.",
  energy_cost = 0,
  cooldown = 0,
  range = 3,
}

function ability.can_use(user, target)
  return target.id ~= nil and target.id ~= user.id
end

function ability.execute(user, target, world, effects)
  effects.accept(target)
end

return ability
