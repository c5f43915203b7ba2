local policy = {}
function policy.act(self, world)
  local food = world.nearest("food", self.sense_radius)
  self:move_to(food.x, food.y)
end
return policy
