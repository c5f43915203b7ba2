-- Calls out, farther than a voice that speaks. details: text.
local ability = {
  name = "call",
  description = "Calls words that are heard within 40 m; details: text.",
  energy_cost = 0.01,
  cooldown = 1,
  range = 0,
}

function ability.can_use(user, target, world, details)
  return details ~= nil and details.text ~= nil
end

function ability.execute(user, target, world, effects, details)
  effects.call(details.text, 40)
end

return ability
