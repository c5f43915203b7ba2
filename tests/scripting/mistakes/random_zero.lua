local policy = {}
function policy.act(self, world)
  if math.random(0) < 0.1 then self:rest() else self:wander() end
end
return policy
