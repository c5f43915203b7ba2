local policy = {}
function policy.act(self, world)
  local food = world.nearest("food", self.senseRadius)
  if food then self:moveTo(food.x, food.y) else self:wander() end
end
return policy
