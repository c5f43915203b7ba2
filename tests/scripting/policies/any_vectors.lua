-- Tables with operators.
local V = {}
V.__index = V
local function vec(x, y) return setmetatable({x = x, y = y}, V) end
V.__add = function(a, b) return vec(a.x + b.x, a.y + b.y) end
V.__sub = function(a, b) return vec(a.x - b.x, a.y - b.y) end
V.__mul = function(a, k) return vec(a.x * k, a.y * k) end
V.__unm = function(a) return vec(-a.x, -a.y) end
V.__concat = function(a, b) return tostring(a) .. tostring(b) end
V.__len = function() return 2 end
function V.norm(a) return math.sqrt(a.x * a.x + a.y * a.y) end

local policy = {}

function policy.act(self, world)
  local here, force = vec(self.x, self.y), vec(0, 0)
  for _, other in ipairs(world.neighbors("any", 6)) do
    local away = here - vec(other.x, other.y)
    local d = math.max(V.norm(away), 0.01)
    force = force + away * (1 / (d * d))
  end
  if V.norm(force) < 0.01 then return self:wander() end
  force = -(-force)
  self:move(force.x, force.y)
end

return policy
