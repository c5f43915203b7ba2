-- A blow at arm's length.
local ability = {
  name = "attack",
  description = "Strikes a target within 2 m: 0.1 health.",
  energy_cost = 0.06,
  cooldown = 1,
  range = 2,
}

local BLOW = 0.1  -- of health

function ability.can_use(user, target)
  return target.id ~= nil and target.id ~= user.id
end

function ability.execute(user, target, world, effects)
  effects.damage(target, BLOW)
end

return ability
