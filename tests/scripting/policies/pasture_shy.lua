-- Keeps out of each other's way; reproduces when all is well.
local policy = {}
local function pressure(self, world)
  local px, py = 0, 0
  for _, other in ipairs(world.neighbors("rabbit", 4)) do
    local weight = 1 / math.max(other.distance, 0.1)
    px, py = px + (self.x - other.x) * weight, py + (self.y - other.y) * weight
  end
  return px, py
end
function policy.act(self, world)
  local px, py = pressure(self, world)
  local grass = world.nearest("grass", self.sense_radius)
  if math.abs(px) + math.abs(py) > 2 then return self:move(px, py) end
  if self.last_ability == "crowded" or self.last_ability == "not_ready" then
    self.memory.wait = 20
  end
  local wait = self.memory.wait or 0
  if wait > 0 then self.memory.wait = wait - 1 end
  if self.energy > 0.9 and wait == 0 then return self:reproduce() end
  if grass == nil then return self:wander() end
  return (grass.distance < self.reach) and self:eat(grass) or self:move_to(grass.x, grass.y)
end
return policy
