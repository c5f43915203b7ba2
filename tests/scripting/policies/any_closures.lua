-- Closures that live within one act may change what they close over.
local policy = {}

local function each(list, visit)
  for _, item in ipairs(list) do visit(item) end
end

function policy.act(self, world)
  local count, sum_x = 0, 0
  local seen = {}
  each(world.neighbors("any", self.sense_radius), function(other)
    count = count + 1
    sum_x = sum_x + other.x
    seen[other.id] = true
    other.score = 1 / (other.distance + 1)
    if other.score > 0.5 then self:say("near") end
  end)
  local function walk()
    if count > 0 then self:move_to(sum_x / count, self.y) else self:wander() end
  end
  walk()
end

return policy
