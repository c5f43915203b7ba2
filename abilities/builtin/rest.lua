-- Regains energy, as self:rest does.
local ability = {
  name = "rest",
  description = "Rests: regains energy.",
  energy_cost = 0,
  cooldown = 0,
  range = 0,
}

function ability.execute(user, target, world, effects)
  effects.rest()
end

return ability
