local policy = {}
local flee, graze

function policy.act(self, world)
  local other = world.nearest(self.species, 2)
  if other and other.distance < 0.5 then
    return flee(self, other)
  else
    return graze(self, world)
  end
end

flee = function(self, threat)
  self:move(self.x - threat.x, self.y - threat.y)
end

function graze(self, world)
  local best, best_score = nil, -math.huge
  for i, candidate in ipairs(world.neighbors("food", self.sense_radius)) do
    local score = -candidate.distance - 0.1 * i
    if score > best_score then
      best, best_score = candidate, score
    end
  end
  if best then
    self:move_to(best.x, best.y)
    if best.distance < self.reach then self:eat(best) end
  else
    self:wander()
  end
end

return policy
