local policy = {}

function policy.act(self, world)
  local goal = world.target()
  if not goal then return self:wander() end
  local step = world.path_step(goal.x, goal.y, 50)
  if step == nil then
    return self:wander()
  end
  self.memory.length = step.length
  self:move_to(step.x, step.y)
end

function policy.collect(step)
  local agent = step.self
  return {damage = agent.damage, collisions = agent.collisions, tick = step.tick}
end

return policy
