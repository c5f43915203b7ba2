local policy = {}
function policy.act(self, world)
  self:move("north")
end
return policy
