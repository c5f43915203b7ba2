local policy = {}
local WORDS = string.split("north,south", ",")
function policy.act(self, world)
  self:note(WORDS[1])
  self:wander()
end
return policy
