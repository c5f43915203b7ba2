-- Eats the nearest food in reach; there is no need to say which.
local ability = {
  name = "graze",
  description = "Eats the nearest food in reach; needs no target.",
  energy_cost = 0,
  cooldown = 0,
  range = 3,
}

function ability.can_use(user, target, world)
  return world.nearest("food", user.reach) ~= nil
end

function ability.execute(user, target, world, effects)
  effects.eat(world.nearest("food", user.reach))
end

return ability
