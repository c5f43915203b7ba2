-- Never lets hunger come up; has no young either.

function policy.act(self, world)
  return live(self, world, {hungry = 0.05})
end

return policy
