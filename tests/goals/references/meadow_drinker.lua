-- Is never thirsty: it goes to the water early.

function policy.act(self, world)
  return live(self, world, {caution = 6, hungry = 0.4, thirsty = 0.1})
end

return policy
