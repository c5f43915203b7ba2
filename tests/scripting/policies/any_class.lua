-- Objects with methods: self is an object of the policy there, not the agent.
local Vector = {}
Vector.__index = Vector

function Vector.new(x, y)
  local self = setmetatable({}, Vector)
  self.dx = x
  self.dy = y
  return self
end

function Vector:add(other)
  self.dx = self.dx + other.dx
  self.dy = self.dy + other.dy
  return self
end

function Vector.length(self)
  return math.sqrt(self.dx ^ 2 + self.dy ^ 2)
end

function Vector:__tostring()
  return "(" .. self.dx .. ", " .. self.dy .. ")"
end

Vector.__add = function(self, other) return Vector.new(self.dx + other.dx, self.dy + other.dy) end

local policy = {}

function policy.act(self, world)
  local sum = Vector.new(0, 0)
  for _, other in ipairs(world.neighbors("any", 5)) do
    sum:add(Vector.new(self.x - other.x, self.y - other.y))
  end
  sum = sum + Vector.new(0.1, 0)
  if sum:length() > 0 then
    self:move(sum.dx, sum.dy)
  else
    self:wander()
  end
  self:note(tostring(sum))
end

return policy
