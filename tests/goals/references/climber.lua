-- Finds its way to the target as a finder does, but waits for guards that are ahead to pass, and
-- steps back from those that come near.
local policy = {}

local HAZARD_COST = 30
local AFRAID, WARY = 0.95, 1.6  -- m

function policy.act(self, world)
  local guard = world.nearest("guard", WARY)
  if guard and guard.distance < AFRAID then
    return self:move(self.x - guard.x, self.y - guard.y)
  end
  local target = world.target()
  local step = target and world.way_step(target.x, target.y, target.z, HAZARD_COST)
  if not step or not step.there then step = world.frontier_step(HAZARD_COST) or step end
  if not step then return self:wander() end
  local nearer = guard and vec.distance(step.x, step.y, guard.x, guard.y) < guard.distance
  if nearer and world.tick % 40 < 30 then return self:idle() end
  return self:move_to(step.x, step.y, step.z)
end

return policy
