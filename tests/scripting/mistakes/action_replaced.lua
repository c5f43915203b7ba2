local policy = {}
function policy.act(self, world)
  local food = world.nearest("food", 9)
  if food then
    self:move_to(food.x, food.y)
    self:wander()
  end
end
return policy
