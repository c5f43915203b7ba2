local policy = {}
function policy.act(self, world)
  if self.hungr > 0.5 then self:wander() else self:rest() end
end
return policy
