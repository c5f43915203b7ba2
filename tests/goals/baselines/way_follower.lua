-- Goes to the target over what it has seen, and wanders while no way is known.
local policy = {}

function policy.act(self, world)
  local target = world.target()
  local step = target and world.way_step(target.x, target.y, target.z)
  if step and step.length > 0 then return self:move_to(step.x, step.y, step.z) end
  return self:wander()
end

return policy
