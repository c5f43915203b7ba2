local policy = {}
function policy.act(self, world)
  local food = world.nearest("food", 10)
  if food then return self:move_to(food.position) end
  self:wander()
end
return policy
