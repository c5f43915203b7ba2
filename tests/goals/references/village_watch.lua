-- Keeps thieves off: everybody stands by the granary, and strikes who comes near.

function policy.act(self, world)
  if eat(self, world) then return self end
  local thief = world.nearest("thief", 8)
  if thief and self.health > 0.3 and self.energy > 0.1 then
    if thief.distance > 1.8 then return go(self, thief) end
    if self:cooldown("attack") == 0 then return self:use("attack", thief) end
  end
  local store = world.nearest("granary", self.sense_radius)
  if store and store.distance > 2 then return go(self, store) end
  return self:rest()
end

return policy
