function act(self, world)
  self:wander()
end
return policy
