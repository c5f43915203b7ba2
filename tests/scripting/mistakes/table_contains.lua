local policy = {}
local PREY = {"grass", "rabbit"}
function policy.act(self, world)
  local other = world.nearest("any", 5)
  if other and table.contains(PREY, other.species) then self:eat(other) else self:wander() end
end
return policy
