-- Lays things from the hands on the ground. details: item, count (1).
local ability = {
  name = "drop",
  description = "Lays items from the hands on the ground; details: item, count.",
  energy_cost = 0,
  cooldown = 0,
  range = 0,
}

function ability.can_use(user, target, world, details)
  return details ~= nil and details.item ~= nil
end

function ability.execute(user, target, world, effects, details)
  effects.drop(details.item, details.count)
end

return ability
