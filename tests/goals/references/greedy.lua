-- Straight at the target, at its height too, whatever is between; a step aside after a bump.
local policy = {}

function policy.act(self, world)
  local target = world.target()
  if not target or self.last_move == "blocked" and world.tick % 4 > 0 then return self:wander() end
  return self:move_to(target.x, target.y, target.z)
end

return policy
