-- scenario: pasture
local policy = {}
function policy.act(self, world)
  for _, other in ipairs(world.neighbors("any", 5)) do
    if other.species == "food" then return self:eat(other) end
  end
  self:wander()
end
return policy
