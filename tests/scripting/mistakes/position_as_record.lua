local policy = {}
function policy.act(self, world)
  local food = world.nearest("food", 10)
  if food then
    self:move_to(food.pos.x, food.pos.y)
  else
    self:wander()
  end
end
return policy
