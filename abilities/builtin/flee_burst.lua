-- A leap away from what is named, or ahead when nothing is.
local ability = {
  name = "flee_burst",
  description = "Leaps 4 m straight away from the target, or ahead without one.",
  energy_cost = 0.09,
  cooldown = 5,
  range = 20,
}

local LEAP = 4  -- m

function ability.execute(user, target, world, effects)
  local dx, dy = user.x - target.x, user.y - target.y
  local away = math.sqrt(dx * dx + dy * dy)
  if away == 0 then
    dx, dy, away = math.cos(user.heading), math.sin(user.heading), 1
  end
  effects.dash(dx / away * LEAP, dy / away * LEAP)
end

return ability
