-- Looks around.
local policy = {}

-- Runs every tick. Look at self and world, then call at most one movement, one ability and one
-- message of self. Senses take a dot, actions a colon, and every sense may give nil.
---@param self Self
---@param world World
function policy.act(self, world)
  return self:wander()
end

return policy
