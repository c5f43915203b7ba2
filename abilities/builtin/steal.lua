-- Reaches for what somebody else holds; half of the time it is noticed and fails. details: item.
local ability = {
  name = "steal",
  description = "Tries to take one item out of the hands of a target within 2 m; details: item.",
  energy_cost = 0.02,
  cooldown = 5,
  range = 2,
}

function ability.can_use(user, target, world, details)
  return target.id ~= nil and target.id ~= user.id and details ~= nil and details.item ~= nil
end

function ability.execute(user, target, world, effects, details)
  effects.steal(target, details.item, 1)
end

return ability
