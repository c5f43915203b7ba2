-- One tick of work by the scenario's recipe; the last one makes the thing. details: item.
local ability = {
  name = "craft",
  description = "Works at making an item by its recipe; use it in every tick; details: item.",
  energy_cost = 0.002,
  cooldown = 0,
  range = 0,
}

function ability.can_use(user, target, world, details)
  return details ~= nil and details.item ~= nil
end

function ability.execute(user, target, world, effects, details)
  effects.craft(details.item)
end

return ability
