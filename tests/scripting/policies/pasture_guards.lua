-- Every way to make sure that something was found.
local policy = {}

local function early(self, world)
  local food = world.nearest("food", 9)
  if not food then return false end
  self:move_to(food.x, food.y)
  return true
end

local function chained(self, world)
  local food = world.nearest("food", 9)
  if food and food.distance < 5 and food.species ~= self.species then
    self:move_to(food.x, food.y)
  end
  return food and food.distance or math.huge
end

local function flagged(self, world)
  local food = world.nearest("food", 9)
  local near = food ~= nil and food.distance < 3
  if near then self:move_to(food.x, food.y) end
  local distance = food and food.distance or 1e9
  if distance < 2 then self:say("at " .. food.species) end
end

local function either(self, world)
  local goal = world.nearest("food", 5) or world.nearest("any", 5)
  if goal == nil then
    return self:wander()
  end
  return self:move_to(goal.x, goal.y)
end

local function late(self, world)
  local food
  for radius = 2, 10, 2 do
    food = world.nearest("food", radius)
    if food then break end
  end
  if not food or food.distance > 8 then return end
  self:move_to(food.x, food.y)
end

local function sure(self, world)
  local food = assert(world.nearest("food", 9), "no food")
  self:move_to(food.x, food.y)
  local other = world.nearest("any", 9)
  assert(other)
  self:note(other.species)
  local third = world.nearest("any", 3)
  if type(third) ~= "table" then error("nobody") end
  self:note(third.species)
end

local function tried(self, world)
  local tries, food = 0, nil
  repeat
    tries = tries + 1
    food = world.nearest("food", tries)
  until food or tries >= 5
  if food ~= nil then return self:eat(food) end
end

function policy.act(self, world)
  if early(self, world) then return end
  if chained(self, world) < 3 then return flagged(self, world) end
  if self.hunger > 0.8 then
    either(self, world)
  elseif self.hunger > 0.6 then
    late(self, world)
  elseif self.hunger > 0.4 then
    sure(self, world)
  else
    tried(self, world)
  end
end

return policy
