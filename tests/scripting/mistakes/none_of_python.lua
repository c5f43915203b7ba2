local policy = {}
function policy.act(self, world)
  local food = world.nearest("food", 9)
  if food == None then
    self:wander()
  else
    self:move_to(food.x, food.y)
  end
end
return policy
