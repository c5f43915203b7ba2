local policy = {}
function policy.act(self, world)
  local food = self:nearest("food", 9)
  if food then self:eat(food) else self:wander() end
end
return policy
