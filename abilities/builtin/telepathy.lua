-- Words from mind to mind, however many ears are between. details: text.
local ability = {
  name = "telepathy",
  description = "Tells a target within 100 m words that nobody else hears; details: text.",
  energy_cost = 0.06,
  cooldown = 1,
  range = 100,
}

function ability.can_use(user, target, world, details)
  return target.id ~= nil and target.id ~= user.id and details ~= nil and details.text ~= nil
end

function ability.execute(user, target, world, effects, details)
  effects.tell(target, details.text)
end

return ability
