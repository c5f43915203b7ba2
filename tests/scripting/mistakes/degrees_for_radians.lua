local policy = {}
function policy.act(self, world)
  self:move(math.cos(90), math.sin(90))
end
return policy
