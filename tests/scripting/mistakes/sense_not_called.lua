local policy = {}
function policy.act(self, world)
  if #world.neighbors > 3 then self:wander() else self:idle() end
end
return policy
