local policy = {}
function policy.act(self, world)
  local others = world.neighbors("any", 5)
  for i = 0, #others - 1 do
    self:note(others[i].species)
  end
  self:wander()
end
return policy
