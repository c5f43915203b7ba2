-- Lives well and has young whenever it can.

function policy.act(self, world)
  return live(self, world, {caution = 6, hungry = 0.2, thirsty = 0.5, mates = true})
end

return policy
