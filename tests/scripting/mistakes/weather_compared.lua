local policy = {}
function policy.act(self, world)
  if world.weather() > 0.5 then
    return self:rest()
  end
  return self:wander()
end
return policy
