local policy = {}
function policy.act(self, world)
  local sky = world.weather()
  if sky.raining or sky.wind > 3 then
    return self:rest()
  end
  return self:wander()
end
return policy
