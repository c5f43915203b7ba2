local policy = {}
function policy.act(self, world)
  if self.energy < 30 then
    self:rest()
  elseif self.hunger > 50 then
    self:wander()
  end
end
return policy
