-- Eats one item out of the user's hands. details: item.
local ability = {
  name = "snack",
  description = "Eats one item out of the hands; details: item.",
  energy_cost = 0,
  cooldown = 0,
  range = 0,
}

function ability.can_use(user, target, world, details)
  return details ~= nil and details.item ~= nil
end

function ability.execute(user, target, world, effects, details)
  effects.eat(details.item)
end

return ability
