-- What every animal does that no other script drives: guards in the order of what matters most,
-- each of which begins at one threshold and ends at another, so that nobody hesitates between two.
local policy = {}

-- Whether a guard holds: it begins above `enter` and ends below `exit`.
local function rises(held, value, enter, exit)
  return value > (held and exit or enter)
end

local function go(self, place)
  self:move_to(place.x, place.y)
end

-- Away from the threat, or to where one is safe if that is not behind it.
local function flee(self, world, threat)
  self:set_mode("flee")
  local roost = world.nearest("roost", self.sense_radius)
  if roost and roost.distance < 2.5 then return self:rest() end
  if roost then
    local dx, dy = roost.x - threat.x, roost.y - threat.y
    if dx * dx + dy * dy > roost.distance * roost.distance then return go(self, roost) end
  end
  self:move(self.x - threat.x, self.y - threat.y)
end

-- The middle of those around: a colony that is not well draws together and rests.
local function swarm(self, world)
  self:set_mode("swarm")
  local x, y, count = self.x, self.y, 1
  for _, other in ipairs(world.neighbors(self.species, self.sense_radius)) do
    x, y, count = x + other.x, y + other.y, count + 1
  end
  if self.energy < 0.6 then return self:rest() end
  self:move_to(x / count, y / count)
end

local function drink(self, water)
  self:set_mode("drink")
  if water.distance <= self.reach then return self:drink() end
  go(self, water)
end

local function rest(self, world)
  self:set_mode("rest")
  local roost = world.nearest("roost", self.sense_radius)
  if roost and roost.distance > 2 and self.energy > 0.05 then return go(self, roost) end
  self:rest()
end

-- False when there is nobody to mate with in sight, nor a place where it could be.
local function mate(self, world)
  local roost = world.nearest("roost", self.sense_radius)
  if roost and roost.distance > 2 then
    self:set_mode("mate")
    go(self, roost)
    return true
  end
  local partner = world.nearest(self.species, self.sense_radius)
  if not partner then return false end
  self:set_mode("mate")
  if partner.distance <= 1.5 then self:reproduce() else go(self, partner) end
  return true
end

local function feed(self, world)
  local food = world.forage(self.sense_radius)
  if food then
    self:set_mode("forage")
    if food.distance > self.reach then return go(self, food) end
    if self.pause > 0 then return go(self, food) end
    return self:eat(food)
  end
  local flower = self.pause == 0 and world.blossom(self.sense_radius)
  if flower then
    self:set_mode("pollinate")
    if flower.distance > self.reach then return go(self, flower) end
    return self:pollinate(flower)
  end
  self:set_mode("forage")
  self:wander()
end

function policy.act(self, world)
  local mode = self.mode
  local water = self.thirst > 0.3 and world.water() or nil
  if water and self.thirst > 0.85 then return drink(self, water) end
  if self.colony < (mode == "swarm" and 0.35 or 0.3) then return swarm(self, world) end
  local caution = self.hunger > 0.8 and 3 or 4.5
  local threat = world.nearest("threat", mode == "flee" and caution + 2 or caution)
  if threat then return flee(self, world, threat) end
  local well = self.hunger < 0.45 and self.thirst < 0.7 and self.energy > 0.3
  if well and self.drive > 0.5 and mate(self, world) then return end
  if water and rises(mode == "drink", self.thirst, 0.75, 0.35) then return drink(self, water) end
  if rises(mode == "rest", 1 - self.energy, 0.6, 0.3) then return rest(self, world) end
  local eats = mode == "forage" or mode == "hunt" or mode == "pollinate"
  if rises(eats, self.hunger, 0.4, 0.15) then return feed(self, world) end
  self:set_mode("wander")
  self:wander()
end

return policy
