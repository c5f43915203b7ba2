local policy = {}
function policy.act(self, world)
  local food = world.nearest("food", self.sense_radius)
  if food then
    return self:move_to(food)
  end
  return self:wander()
end
return policy
