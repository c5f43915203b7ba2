-- Eats when it is hungry and rests; has no young to share the grass with.

function policy.act(self, world)
  return live(self, world, {hungry = 0.5})
end

return policy
