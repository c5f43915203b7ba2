-- Eats grain out of its hands, reaps when it has none, and brings what is left to the granary.
local policy = {}

local HUNGRY, TIRED, LOAD = 0.5, 0.2, 4

local function go(self, place)
  return self:move_to(place.x, place.y)
end

function policy.act(self, world)
  local grain = self.items.grain or 0
  if self.hunger > HUNGRY and grain > 0 then
    return self:use("snack", nil, {item = "grain"})
  end
  if self.energy < TIRED then return self:rest() end
  if grain >= LOAD then
    local granary = world.nearest("granary", self.sense_radius)
    if granary and granary.distance <= self.reach then
      return self:give(granary, "grain", grain - 1)
    end
    if granary then return go(self, granary) end
  end
  local wheat = world.nearest_ripe("wheat", self.sense_radius)
  if not wheat then return self:wander() end
  if wheat.distance > self.reach then return go(self, wheat) end
  return self:craft("grain")
end

return policy
