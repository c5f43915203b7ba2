-- How deer live in a meadow, whatever they are after: the beginning of each policy of the meadow
-- that is listed with it. A body can walk and do one thing at once, but for resting.
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

-- Lives by these wishes: `caution`, how near a hunter may come, m; `hungry` and `thirsty`, from
-- where on it eats and drinks; `mates`, whether it wants young.
local function live(self, world, wishes)
  local memory, done, place = self.memory, false, nil
  local function try(way)
    if done then return end
    local other
    done, other = way(self, world)
    place = place or other
  end
  if wishes.mates then try(mate) end
  if needs(memory, "dry", self.thirst, wishes.thirsty, wishes.thirsty / 3) then try(drink) end
  if needs(memory, "empty", self.hunger, wishes.hungry, wishes.hungry / 3) then try(graze) end
  if flee(self, world, wishes.caution) or done then return end
  local tired = needs(memory, "tired", 1 - self.energy, 0.8, 0.5)
  if tired or not place and not memory.empty then return self:rest() end
  if place then return go(self, place) end
  return self:wander()
end
