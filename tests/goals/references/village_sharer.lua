-- Gives one by one, to whoever is near or into the granary.

function policy.act(self, world)
  if eat(self, world) or rest(self) then return self end
  local store = world.nearest("granary", self.sense_radius)
  local grain = self.items.grain or 0
  if grain >= 5 then self.memory.giving = true end
  if grain == 0 then self.memory.giving = false end
  if self.memory.giving and store then
    if not in_reach(self, store) then return go(self, store) end
    return self:give(store, "grain", 1)
  end
  return harvest(self, world, "wheat", "grain")
end

return policy
