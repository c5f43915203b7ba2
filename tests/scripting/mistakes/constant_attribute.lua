local policy = {}
local LIMIT <const> = 0.5
function policy.act(self, world)
  if self.hunger > LIMIT then self:rest() else self:wander() end
end
return policy
