-- How deer live in a meadow, whatever they are after: the beginning of each policy of the meadow that
-- is listed with it. Legs and mouth are decided apart, for a body can walk and do one thing at once.
local policy = {}

-- Whether a need is to be met: from `enter` on, until it is down to `leave`.
local function needs(memory, name, value, enter, leave)
  memory[name] = value > (memory[name] and leave or enter)
  return memory[name]
end

local function go(self, place)
  self:move_to(place.x, place.y)
end

local function flee(self, world, caution)
  local threat = world.nearest("threat", caution)
  if threat then self:move(self.x - threat.x, self.y - threat.y) end
  return threat ~= nil
end

-- Each of these does what can be done from here and says so, or tells where to go for it.
local function drink(self, world)
  local water = world.water()
  if water and water.distance <= self.reach then
    self:drink()
    return true
  end
  return false, water
end

local function graze(self, world)
  local food = world.forage(self.sense_radius)
  if food and food.distance <= self.reach then
    self:eat(food)
    return true
  end
  return false, food
end

local function mate(self, world)
  if self.drive < 0.5 or self.hunger > 0.5 or self.energy < 0.35 then return false end
  local partner = world.nearest(self.species, self.sense_radius)
  if partner and partner.distance < 1.5 then
    self:reproduce()
    return true
  end
  return false, partner
end

-- Lives by these wishes: `caution`, how near a hunter may come, m; `hungry` and `thirsty`, from where
-- on it eats and drinks; `mates`, whether it wants young.
local function live(self, world, wishes)
  local memory, done, place, other = self.memory, false, nil, nil
  if needs(memory, "dry", self.thirst, wishes.thirsty, wishes.thirsty / 3) then
    done, place = drink(self, world)
  end
  if not done and wishes.mates then
    done, other = mate(self, world)
    place = place or other
  end
  if not done and needs(memory, "empty", self.hunger, wishes.hungry, wishes.hungry / 3) then
    done, other = graze(self, world)
    place = place or other
  end
  if not done then self:rest() end
  if flee(self, world, wishes.caution) then return end
  if place then return go(self, place) end
  if memory.empty and not done then self:wander() end
end
