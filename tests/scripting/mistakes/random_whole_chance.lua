local policy = {}
function policy.act(self, world)
  if math.random(0, 1) < 0.2 then
    self:rest()
  else
    self:wander()
  end
end
return policy
