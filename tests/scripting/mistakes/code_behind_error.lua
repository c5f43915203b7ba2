local policy = {}
function policy.act(self, world)
  if self.hunger > 0.5 then
    error("too hungry")
    self:rest()
  end
  self:wander()
end
return policy
