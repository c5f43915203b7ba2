local policy = {}
function policy.act(self, world)
  self:move_to({x = 3, y = 4})
end
return policy
