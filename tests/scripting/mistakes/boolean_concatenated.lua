local policy = {}
function policy.act(self, world)
  self:note("hungry: " .. (self.hunger > 0.5))
  self:wander()
end
return policy
