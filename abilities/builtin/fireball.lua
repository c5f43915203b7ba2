-- Burns the target, and singes up to two that stand within 2 m of it.
local ability = {
  name = "fireball",
  description = "Burns a target within 15 m (0.3 health) and singes two beside it (0.1 each).",
  energy_cost = 0.5,
  cooldown = 10,
  range = 17,  -- of the throw and what is singed behind
}

local BURN, SINGE = 0.3, 0.1  -- of health
local THROW, SPREAD, SINGED_MAX = 15, 2, 2  -- m, m, at most so many

function ability.can_use(user, target)
  return target.id ~= nil and target.id ~= user.id and target.distance <= THROW
end

function ability.execute(user, target, world, effects)
  effects.damage(target, BURN)
  local singed = 0
  for _, other in ipairs(world.neighbors("any", target.distance + SPREAD)) do
    local dx, dy = other.x - target.x, other.y - target.y
    if other.id ~= target.id and dx * dx + dy * dy <= SPREAD * SPREAD and singed < SINGED_MAX then
      effects.damage(other, SINGE)
      singed = singed + 1
    end
  end
end

return ability
