-- Has young as soon as it can, and eats in between.

function policy.act(self, world)
  return live(self, world, {hungry = 0.4, mates = 0.8})
end

return policy
