-- Goes to the target over what it has seen, wanders while no way is known, and comes back.
local policy = {}

function policy.init(self, config)
  self.memory.home = {x = self.x, y = self.y, z = self.z}
end

function policy.act(self, world)
  local memory, target = self.memory, world.target()
  if target and target.distance <= self.reach then memory.found = true end
  local goal = memory.found and memory.home or target
  local step = goal and world.way_step(goal.x, goal.y, goal.z)
  if step and step.length > 0 then return self:move_to(step.x, step.y, step.z) end
  return self:wander()
end

return policy
