-- Raises a guard over oneself: half of what strikes is held off for a while.
local ability = {
  name = "defend",
  description = "The user takes half the damage for 4 s.",
  energy_cost = 0.1,
  cooldown = 5,
  range = 0,
}

function ability.execute(user, target, world, effects)
  effects.shield(user, 0.5, 4)
end

return ability
