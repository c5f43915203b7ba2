local policy = {}
function policy.act(self, world)
  if self.hunger > 0.5 then
    self:wander()
end
return policy
