-- Takes things out of a store that the user may use. details: item, count (1).
local ability = {
  name = "fetch",
  description = "Takes items out of a store in reach that serves the user; details: item, count.",
  energy_cost = 0,
  cooldown = 0,
  range = 3,
}

function ability.can_use(user, target, world, details)
  return target.id ~= nil and target.id ~= user.id and details ~= nil and details.item ~= nil
end

function ability.execute(user, target, world, effects, details)
  effects.fetch(target, details.item, details.count)
end

return ability
