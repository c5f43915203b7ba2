-- Tends the wounds of somebody near, or one's own when nobody is named.
local ability = {
  name = "heal",
  description = "Gives a wounded target within 5 m 0.2 health, or the user itself.",
  energy_cost = 0.11,
  cooldown = 3,
  range = 5,
}

function ability.can_use(user, target)
  return target.health ~= nil and target.health < 1
end

function ability.execute(user, target, world, effects)
  effects.heal(target, 0.2)
end

return ability
