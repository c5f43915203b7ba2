local policy = {}
local ticks = 0
function policy.act(self, world)
  ticks = ticks + 1
  if ticks % 10 == 0 then self:rest() else self:wander() end
end
return policy
