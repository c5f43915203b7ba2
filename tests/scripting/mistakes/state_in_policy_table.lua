local policy = {}
policy.mode = "search"
function policy.act(self, world)
  if self.hunger > 0.7 then policy.mode = "eat" end
  self:wander()
end
return policy
