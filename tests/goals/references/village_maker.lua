-- Makes as many things as can be made: grain, and bread of it when hands are full.

function policy.act(self, world)
  if eat(self, world) or rest(self) then return self end
  if (self.items.grain or 0) >= 7 then return bring(self, world, "grain") end
  if self.role == "woodcutter" and (self.items.wood or 0) < 7 then
    return harvest(self, world, "tree", "wood")
  end
  return harvest(self, world, "wheat", "grain")
end

return policy
