-- Goes to the target over what it has seen; while no way is known, to the known place that is
-- nearest to it, and to the nearest end of its map where that is a dead end.
local policy = {}

local HAZARD_COST = 4

function policy.act(self, world)
  local target = world.target()
  local step = target and world.way_step(target.x, target.y, target.z, HAZARD_COST)
  if not step or not step.there and step.length == 0 then
    step = world.frontier_step(HAZARD_COST) or step
  end
  if step then return self:move_to(step.x, step.y, step.z) end
  return self:wander()
end

return policy
