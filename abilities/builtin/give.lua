-- Hands things to somebody near. details: item, count (1).
local ability = {
  name = "give",
  description = "Hands items to a target within 3 m; details: item, count.",
  energy_cost = 0,
  cooldown = 0,
  range = 3,
}

function ability.can_use(user, target, world, details)
  return target.id ~= nil and target.id ~= user.id and details ~= nil and details.item ~= nil
end

function ability.execute(user, target, world, effects, details)
  effects.give(target, details.item, details.count)
end

return ability
