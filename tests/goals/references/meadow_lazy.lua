-- Lives and walks as little as it can.

function policy.act(self, world)
  return live(self, world, {caution = 4, hungry = 0.7, thirsty = 0.8})
end

return policy
