-- Goes to the target over what it has seen; while no way is known, to the known place that is
-- nearest to it, and from dead ends on for a while to the nearest end of its map.
local policy = {}

local HAZARD_COST = 30
local SEARCH = 30  -- ticks that it looks elsewhere after a dead end

function policy.act(self, world)
  local memory, target = self.memory, world.target()
  local step = target and world.way_step(target.x, target.y, target.z, HAZARD_COST)
  if step and not step.there and step.length == 0 then memory.search = world.tick + SEARCH end
  if not step or not step.there and (memory.search or 0) > world.tick then
    step = world.frontier_step(HAZARD_COST) or step
  end
  if step then return self:move_to(step.x, step.y, step.z) end
  return self:wander()
end

return policy
