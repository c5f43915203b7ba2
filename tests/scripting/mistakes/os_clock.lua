local policy = {}
function policy.act(self, world)
  if os.clock() > 10 then self:rest() else self:wander() end
end
return policy
