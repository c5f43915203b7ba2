-- scenario: maze
local policy = {}
function policy.act(self, world)
  local goal = world.target()
  if goal then
    local step = world.path_step(goal.x, goal.y)
    self:move_to(step.x, step.y)
  end
end
return policy
