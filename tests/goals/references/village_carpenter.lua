-- Gets rich by what is worth most: one tool, then chairs.

function policy.act(self, world)
  if eat(self, world) or rest(self) then return self end
  local items = self.items
  local wood, tool = items.wood or 0, items.tool
  if wood < (tool and 3 or 2) then return harvest(self, world, "tree", "wood") end
  local shop = world.nearest("workshop", self.sense_radius)
  if not shop then return self:wander() end
  if not in_reach(self, shop) then return go(self, shop) end
  return self:craft(tool and "chair" or "tool")
end

return policy
