local policy = {}
policy.version = 2

local function hungry(agent) return agent.hunger > (agent.memory.limit or 0.5) end

local function find(agent, world, kind)
  local found = world.nearest(kind, agent.sense_radius)
  if found and found.species == kind then return found end
  return nil
end

function policy.act(self, world)
  if self.energy > 0.85 and self.age > 15 and not hungry(self) then
    self:reproduce()
  elseif hungry(self) then
    local grass = find(self, world, "grass")
    if grass then
      self:move_to(grass.x, grass.y):eat(grass)
    end
  end
  if self.last_ability == "not_ready" then self.memory.limit = 0.3 end
  local rivals = world.neighbors("rabbit", 3)
  if #rivals > 2 then
    local nearest = rivals[1]
    return self:move(self.x - nearest.x, self.y - nearest.y)
  end
  return self:wander()
end

return policy
