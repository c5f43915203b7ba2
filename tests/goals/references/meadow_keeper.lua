-- Keeps itself alive: away from wolves before all else, never hungry, never dry.

function policy.act(self, world)
  return live(self, world, {caution = 8, hungry = 0.3, thirsty = 0.5})
end

return policy
