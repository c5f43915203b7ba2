-- Drinks from water in reach.
local ability = {
  name = "drink",
  description = "Drinks from water in reach: 0.3 less thirst.",
  energy_cost = 0,
  cooldown = 0.5,
  range = 0,
}

function ability.execute(user, target, world, effects)
  effects.drink(0.3)
end

return ability
