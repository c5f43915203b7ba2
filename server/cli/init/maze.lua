-- Walks to the target of a maze on the shortest way, and rather round hazards than through them.
local policy = {}

-- Constants may stand at the top. What changes from tick to tick lives in self.memory.
local HAZARD_COST = 15 -- so many cells of detour are better than one cell of hazard

-- Optional: runs once per agent, before its first act.
---@param self Self
---@param config table
function policy.init(self, config)
  self.memory.bumps = 0
end

-- Runs every tick. Look at self and world, then call at most one movement, one ability and one
-- message of self. Senses take a dot, actions a colon, and every sense may give nil.
---@param self Self
---@param world World
function policy.act(self, world)
  local memory = self.memory
  if self.last_move == "blocked" then
    memory.bumps = memory.bumps + 1
  end
  local target = world.target()
  if not target then
    return self:wander()
  end
  local step = world.path_step(target.x, target.y, HAZARD_COST)
  if step then
    return self:move_to(step.x, step.y)
  end
  return self:move_to(target.x, target.y)
end

-- Optional: numbers for the run's record.
---@param step CollectStep
function policy.collect(step)
  return {bumps = step.self.memory.bumps}
end

return policy
