local policy = {}
function policy.act(self, world)
  for _, food in ipairs(world.nearest("food", 5)) do
    self:note(food.species)
  end
  self:wander()
end
return policy
