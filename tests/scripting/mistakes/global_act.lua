function act(self, world)
  self:wander()
end
