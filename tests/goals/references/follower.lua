-- Goes after the guide over what it has seen, straight when it is near, and waits beside it. Steps
-- out of the way of what comes near.
local policy = {}

local HAZARD_COST = 30
local NEAR = 2  -- m: near enough to wait
local AFRAID = 1.2

function policy.act(self, world)
  local cart = world.nearest("cart", AFRAID)
  if cart then return self:move(self.x - cart.x, self.y - cart.y) end
  local guide = world.target()
  if not guide then return self:wander() end
  if guide.distance < NEAR then return self:idle() end
  local step = world.way_step(guide.x, guide.y, guide.z, HAZARD_COST)
  if not step or not step.there and step.length == 0 then
    step = world.frontier_step(HAZARD_COST) or step
  end
  if step then return self:move_to(step.x, step.y, step.z) end
  return self:wander()
end

return policy
