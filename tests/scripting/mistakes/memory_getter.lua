local policy = {}
function policy.act(self, world)
  local steps = self.memory:get("steps", 0)
  self.memory:set("steps", steps + 1)
  self:wander()
end
return policy
