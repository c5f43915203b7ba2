-- Finds the target over what it has seen or has yet to see, and comes back over its own map.
local policy = {}

local HAZARD_COST = 30

function policy.init(self, config)
  self.memory.home = {x = self.x, y = self.y, z = self.z}
end

local function way_out(self, world, goal)
  local step = world.way_step(goal.x, goal.y, goal.z, HAZARD_COST)
  if not step or not step.there then step = world.frontier_step(HAZARD_COST) or step end
  return step
end

function policy.act(self, world)
  local memory, target = self.memory, world.target()
  if target and target.distance < self.reach then memory.found = true end
  local goal = memory.found and memory.home or target
  local step = goal and way_out(self, world, goal)
  if step then return self:move_to(step.x, step.y, step.z) end
  return self:wander()
end

return policy
