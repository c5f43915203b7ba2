local policy = {}
function policy.act(self, world)
  local food = nil
  repeat
    food = world.nearest("food", self.sense_radius)
    self:wander()
  until food ~= nil
  self:eat(food)
end
return policy
