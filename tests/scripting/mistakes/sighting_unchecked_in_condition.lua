local policy = {}
function policy.act(self, world)
  local food = world.nearest("food", self.sense_radius)
  if food.distance < self.reach then
    self:eat(food)
  elseif food then
    self:move_to(food.x, food.y)
  end
end
return policy
