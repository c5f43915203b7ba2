-- Goes to the target over what it has seen, and to the nearest end of its map while no way is
-- known. Keeps off hazards as far as it can.
local policy = {}

local HAZARD_COST = 30  -- cells of way that it would rather go than cross one hazard

function policy.act(self, world)
  local target = world.target()
  local step = target and world.way_step(target.x, target.y, target.z, HAZARD_COST)
  if not step or not step.there then step = world.frontier_step(HAZARD_COST) or step end
  if step then return self:move_to(step.x, step.y, step.z) end
  return self:wander()
end

return policy
