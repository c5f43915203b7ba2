-- Fills the granary with grain.

function policy.act(self, world)
  if eat(self, world) or rest(self) then return self end
  if (self.items.grain or 0) >= 5 then return bring(self, world, "grain") end
  return harvest(self, world, "wheat", "grain")
end

return policy
