-- Walks straight at the target; after a wall it wanders for a tick.
local policy = {}

function policy.act(self, world)
  if self.last_move == "blocked" then return self:wander() end
  local target = world.target()
  return self:move(target.x - self.x, target.y - self.y)
end

return policy
