local policy = {}
function policy.act(self, world)
  self.x = self.x + 1
end
return policy
