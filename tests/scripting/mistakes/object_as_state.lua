local Brain = {}
Brain.__index = Brain
function Brain.new()
  return setmetatable({goals = {}}, Brain)
end
function Brain:remember(goal)
  self.goals[#self.goals + 1] = goal
end
local brain = Brain.new()
local policy = {}
function policy.act(self, world)
  brain:remember(self.x)
  self:wander()
end
return policy
