-- Walks to the target and on from there, remembering where it bumped.
local policy = {}

function policy.act(self, world)
  local memory = self.memory
  memory.steps = (memory.steps or 0) + 1
  if self.last_move == "blocked" then
    memory.bumps = (memory.bumps or 0) + 1
    return self:wander()
  end
  local target = world.target()
  if not target or memory.steps % 500 > 250 then return self:wander() end
  local step = world.path_step(target.x, target.y)
  if step then return self:move_to(step.x, step.y) end
  return self:wander()
end

return policy
