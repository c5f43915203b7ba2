-- Eats out of the granary when hungry, rests when tired, else reaps grain and brings it there.
local policy = {}

-- Constants may stand at the top. What changes from tick to tick lives in self.memory.
local HUNGRY = 0.45
local TIRED, RESTED = 0.15, 0.7
local LOAD = 4  -- grains that are worth a walk

local function reaches(self, place)
  return place.distance <= self.reach * 0.9
end

-- These return true when something was done.
local function eat(self, granary, world)
  if self.hunger < HUNGRY then return false end
  if self.items.grain then
    self:use("snack", nil, {item = "grain"})
    return true
  end
  local stock = granary and world.stock_of(granary)
  if not granary or not stock or not stock.grain then return false end
  if reaches(self, granary) then
    self:fetch(granary, "grain", 1)
  else
    self:move_to(granary.x, granary.y)
  end
  return true
end

local function rest(self)
  if self.energy < TIRED then self.memory.resting = true end
  if self.energy > RESTED then self.memory.resting = false end
  if not self.memory.resting then return false end
  self:rest()
  return true
end

-- Runs every tick. Look at self and world, then call at most one movement, one ability and one
-- message of self. Senses take a dot, actions a colon, and every sense may give nil.
---@param self Self
---@param world World
function policy.act(self, world)
  local granary = world.nearest("granary", self.sense_radius)
  if eat(self, granary, world) or rest(self) then return end
  local grains = self.items.grain or 0
  if grains >= LOAD and granary then
    if reaches(self, granary) then return self:give(granary, "grain", grains) end
    return self:move_to(granary.x, granary.y)
  end
  local wheat = world.nearest_ripe("wheat", self.sense_radius)
  if not wheat then return self:wander() end
  if reaches(self, wheat) then return self:craft("grain") end
  return self:move_to(wheat.x, wheat.y)
end

return policy
