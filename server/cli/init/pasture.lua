-- Eats when hungry, has young when strong, looks around otherwise.
local policy = {}

-- Constants may stand at the top. What changes from tick to tick lives in self.memory.
local HUNGRY = 0.3
local STRONG = 0.8

-- Runs every tick. Look at self and world, then call at most one movement, one ability and one
-- message of self. Senses take a dot, actions a colon, and every sense may give nil.
---@param self Self
---@param world World
function policy.act(self, world)
  if self.hunger > HUNGRY then
    local food = world.nearest("food", self.sense_radius)
    if food and food.distance <= self.reach then
      return self:eat(food)
    elseif food then
      return self:move_to(food.x, food.y)
    end
  elseif self.energy > STRONG then
    self:reproduce()
  end
  return self:wander()
end

-- Optional: numbers for the run's record.
---@param step CollectStep
function policy.collect(step)
  return {hunger = step.self.hunger}
end

return policy
