local policy = {}
function policy.act(self, world)
  self.move_to(3, 4)
end
return policy
