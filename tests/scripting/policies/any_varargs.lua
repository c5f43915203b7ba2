local policy = {}

local function sum(...)
  local total = 0
  for i = 1, select("#", ...) do
    total = total + (select(i, ...))
  end
  return total
end

local function position(agent) return agent.x, agent.y end

function policy.act(...)
  local self, world = ...
  local x, y = position(self)
  self:move_to(position(self))
  self:note(("%d %s"):format(sum(x, y, world.tick), tostring(world.time)))
end

return policy
