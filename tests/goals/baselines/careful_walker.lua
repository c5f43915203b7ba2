-- Follows a way toward the target that keeps off hazards; where it sees none, it goes on along a
-- free direction and turns at walls.
local policy = {}

local HAZARD_COST = 100  -- cells of way that it would rather walk than cross one hazard

function policy.act(self, world)
  local target = world.target()
  local step = target and world.path_step(target.x, target.y, HAZARD_COST)
  if step then return self:move_to(step.x, step.y) end
  local ahead_x, ahead_y = math.cos(self.heading), math.sin(self.heading)
  local tile = world.tile(self.x + ahead_x, self.y + ahead_y)
  if tile == "open" and self.last_move ~= "blocked" then return self:move(ahead_x, ahead_y) end
  return self:wander()
end

return policy
