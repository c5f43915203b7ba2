local policy = {}
function policy.act(self, world)
  local food = world.nearest("food", 9)
  if food && self.hunger > 0.5 then
    self:move_to(food.x, food.y)
  end
end
return policy
