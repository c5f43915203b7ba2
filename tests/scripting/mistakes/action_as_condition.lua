local policy = {}
function policy.act(self, world)
  local food = world.nearest("food", 9)
  if food then
    if self:eat(food) then return end
    self:move_to(food.x, food.y)
  end
end
return policy
