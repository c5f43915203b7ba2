local policy = {}
function policy.act(self, world)
  if self.hunger > 0.5
    self:wander()
  end
end
return policy
