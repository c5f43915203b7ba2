local policy = {}
function policy.act(self, world)
  local food = world.nearest("food", self.sense_radius)
  if food then
    self.memory.goal = {x = food.x, y = food.y}
  end
end
return policy
