local shared = {}
local function remember(list, value)
  list[#list + 1] = value
end
local policy = {}
function policy.act(self, world)
  remember(shared, self.id)
  self:wander()
end
return policy
