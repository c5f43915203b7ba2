-- Takes a thing from the ground into the hands.
local ability = {
  name = "pick_up",
  description = "Takes an item on the ground into the hands.",
  energy_cost = 0,
  cooldown = 0,
  range = 3,
}

function ability.can_use(user, target)
  return target.id ~= nil and target.id ~= user.id
end

function ability.execute(user, target, world, effects)
  effects.pick_up(target)
end

return ability
