local policy = {}
function policy.act(self, world)
  local seen = {}
  for _, other in ipairs(world.neighbors("any", 5)) do
    seen.push(other.species)
  end
  self:note(table.concat(seen, " "))
  self:wander()
end
return policy
