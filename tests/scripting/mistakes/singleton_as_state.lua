local tracker = {count = 0}
function tracker:tick()
  self.count = self.count + 1
end
local policy = {}
function policy.act(self, world)
  tracker:tick()
  self:wander()
end
return policy
