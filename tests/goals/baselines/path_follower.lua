-- Follows a way toward the target as far as it can see one, and wanders where it sees none.
local policy = {}

function policy.act(self, world)
  local target = world.target()
  local step = target and world.path_step(target.x, target.y)
  if step then return self:move_to(step.x, step.y) end
  return self:wander()
end

return policy
