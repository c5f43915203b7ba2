local policy = {}

local function best_of(list, score)
  local best, best_score
  for _, item in ipairs(list) do
    local value = score(item)
    if not best_score or value > best_score then
      best, best_score = item, value
    end
  end
  return best, best_score
end

function policy.act(self, world)
  local others = world.neighbors("any", self.sense_radius)
  local best, score = best_of(others, function(other)
    return -other.distance
  end)
  if score and score > -3 then
    return self:move(self.x - best.x, self.y - best.y)
  end
  local closest, closest_distance = nil, math.huge
  for i = 1, #others do
    if others[i].distance < closest_distance then
      closest, closest_distance = others[i], others[i].distance
    end
  end
  if closest_distance < math.huge then
    return self:move_to(closest.x, closest.y)
  end
  if #others > 0 then self:note(others[1].species) end
  local first = others[1]
  if first then self:note(first.species) end
  if others[1] and others[1].distance < 1 then return self:idle() end
  return self:wander()
end

return policy
