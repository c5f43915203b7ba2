local policy = {}
function policy.act(self, world)
  io.write("tick\n")
  self:wander()
end
return policy
