-- Keeps everybody fed: half of the people reap, half bake what has been reaped.

local function bake(self, world)
  local items = self.items
  if (items.bread or 0) >= 2 then return bring(self, world, "bread") end
  if (items.grain or 0) >= 2 then
    local oven = world.nearest("bakery", self.sense_radius)
    if not oven then return self:wander() end
    if not in_reach(self, oven) then return go(self, oven) end
    return self:craft("bread")
  end
  return harvest(self, world, "wheat", "grain")
end

local function reap(self, world)
  if (self.items.grain or 0) >= 4 then return bring(self, world, "grain") end
  return harvest(self, world, "wheat", "grain")
end

function policy.act(self, world)
  if eat(self, world) or rest(self) then return self end
  if self.role == "farmer" then return reap(self, world) end
  return bake(self, world)
end

return policy
