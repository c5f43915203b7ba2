-- Goes after the guide over what it has seen, and waits beside it. Steps out of the way of carts.
local policy = {}

local HAZARD_COST = 30
local NEAR = 1.5    -- m: near enough to wait
local AFRAID = 1.1  -- m

function policy.act(self, world)
  local cart = world.nearest("cart", AFRAID)
  if cart and world.tick % 10 < 7 then
    local away_x, away_y = self.x - cart.x, self.y - cart.y
    -- To the side of a cart, not in front of it.
    if world.tick % 20 < 10 then away_x, away_y = away_x - away_y, away_y + away_x end
    return self:move(away_x, away_y)
  end
  local guide = world.target()
  if not guide then return self:wander() end
  if guide.distance < NEAR then return self:idle() end
  local step = world.way_step(guide.x, guide.y, guide.z, HAZARD_COST)
  local memory = self.memory
  if step and not step.there and step.length == 0 then memory.search = world.tick + 30 end
  if not step or not step.there and (memory.search or 0) > world.tick then
    step = world.frontier_step(HAZARD_COST) or step
  end
  if step then return self:move_to(step.x, step.y, step.z) end
  return self:wander()
end

return policy
