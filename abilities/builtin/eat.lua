-- Eats what is named, as self:eat does: near enough, and on the menu of the user's species.
local ability = {
  name = "eat",
  description = "Eats a target in reach that the user's species eats.",
  energy_cost = 0,
  cooldown = 0,
  range = 3,
}

function ability.can_use(user, target)
  return target.id ~= nil
end

function ability.execute(user, target, world, effects)
  effects.eat(target)
end

return ability
