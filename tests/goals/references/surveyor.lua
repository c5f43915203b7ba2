-- Goes to the nearest end of its map until all is known.
local policy = {}

local HAZARD_COST = 30

function policy.act(self, world)
  local step = world.frontier_step(HAZARD_COST)
  if step then return self:move_to(step.x, step.y, step.z) end
  return self:idle()
end

return policy
