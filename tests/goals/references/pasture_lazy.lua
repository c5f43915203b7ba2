-- Goes for grass when it must, and rests.

function policy.act(self, world)
  return live(self, world, {hungry = 0.75})
end

return policy
