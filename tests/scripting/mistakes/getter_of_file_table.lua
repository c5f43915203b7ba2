local state = {target = nil}
local function get_state()
  return state
end
local policy = {}
function policy.act(self, world)
  local mine = get_state()
  mine.target = world.nearest("food", 9)
  self:wander()
end
return policy
