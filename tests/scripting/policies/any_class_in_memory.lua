-- Objects are made for the tick; what they keep lies in self.memory.
local Queue = {}
Queue.__index = Queue

function Queue.over(items)
  return setmetatable({items = items}, Queue)
end

function Queue:push(value)
  self.items[#self.items + 1] = value
  if #self.items > 10 then table.remove(self.items, 1) end
end

function Queue:last()
  return self.items[#self.items]
end

local policy = {}

function policy.init(self, config)
  self.memory = {trail = {}, turns = 0}
end

function policy.act(self, world)
  local trail = Queue.over(self.memory.trail)
  trail:push({x = self.x, y = self.y})
  local last = trail:last()
  self.memory.turns = self.memory.turns + 1
  if self.memory.turns % 5 == 0 then
    self:move_to(last.x, last.y)
  else
    self:wander()
  end
end

return policy
