-- Eats at the least hunger, and lets nothing come between but wolves.

function policy.act(self, world)
  return live(self, world, {caution = 7, hungry = 0.02, thirsty = 0.8})
end

return policy
