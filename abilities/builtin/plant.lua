-- Sets a seedling into the ground at a place near by. details: item, the plant's species.
local ability = {
  name = "plant",
  description = "Sets a seedling within 3 m; details: item, the species of the plant.",
  energy_cost = 0.1,
  cooldown = 2,
  range = 3,
}

function ability.can_use(user, target, world, details)
  return details ~= nil and details.item ~= nil
end

function ability.execute(user, target, world, effects, details)
  effects.plant(details.item, target.x, target.y)
end

return ability
