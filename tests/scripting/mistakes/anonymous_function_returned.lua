return function(self, world)
  self:wander()
end
