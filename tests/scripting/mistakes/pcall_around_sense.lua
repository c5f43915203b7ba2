local policy = {}
function policy.act(self, world)
  local ok, food = pcall(world.nearest, "food", 9)
  if ok and food then self:eat(food) else self:wander() end
end
return policy
