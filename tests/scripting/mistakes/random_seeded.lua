math.randomseed(os.time())
local policy = {}
function policy.act(self, world)
  self:move(math.random() - 0.5, math.random() - 0.5)
end
return policy
