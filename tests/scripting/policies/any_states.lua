-- A state machine whose states are functions in a table of the file.
local policy = {}
local states = {}

local function nearest_food(world, radius)
  return world.nearest("food", radius)
end

function states.seek(self, world)
  local food = nearest_food(world, self.sense_radius)
  if food == nil then
    self:wander()
    return "seek"
  end
  self:move_to(food.x, food.y)
  return food.distance < self.reach and "eat" or "seek"
end

states.eat = function(self, world)
  local food = nearest_food(world, self.reach)
  if food ~= nil then
    self:eat(food)
    return "eat"
  end
  return "seek"
end

function policy.act(self, world)
  local memory = self.memory
  local state = states[memory.state or "seek"]
  memory.state = state(self, world)
  memory.ticks = (memory.ticks or 0) + 1
end

return policy
