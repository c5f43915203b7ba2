local policy = {}
function policy.act(self, world)
  if self.hunger > 0.3 then
    self:wander()
  elseif self.hunger > 0.7 then
    self:rest()
  end
end
return policy
