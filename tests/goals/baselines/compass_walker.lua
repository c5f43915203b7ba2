-- Goes straight toward the target while the way is free, along a way around walls when it sees one,
-- and slides along walls otherwise.
local policy = {}

function policy.act(self, world)
  local target = world.target()
  if not target then return self:wander() end
  local dx, dy = target.x - self.x, target.y - self.y
  if world.clear(dx, dy, 1) >= 1 then return self:move(dx, dy) end
  local step = world.path_step(target.x, target.y)
  if step then return self:move_to(step.x, step.y) end
  if world.clear(dx, 0, 0.5) >= 0.5 then return self:move(dx, 0) end
  if world.clear(0, dy, 0.5) >= 0.5 then return self:move(0, dy) end
  return self:wander()
end

return policy
