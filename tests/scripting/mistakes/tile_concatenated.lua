local policy = {}
function policy.act(self, world)
  self:note("ahead: " .. world.tile(self.x + 1, self.y))
  self:wander()
end
return policy
