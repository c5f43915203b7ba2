local floor, max = math.floor, math.max
local insert = table.insert
local policy = {}

policy.helpers = {}
function policy.helpers.clamp(v, low, high) return max(low, math.min(high, v)) end

function policy.act(self, world)
  local nearest, me, memory = world.nearest, self, self.memory
  local food = nearest("food", 10) or nearest("any", 5)
  local trail = memory.trail or {}
  insert(trail, floor(me.x))
  memory.trail = trail
  if food and food.id ~= memory.last then
    memory.last = food.id
    return me:move_to(policy.helpers.clamp(food.x, 0, world.width), food.y)
  end
  return me:rest()
end

function policy.migrate(old)
  old.trail = nil
  return old
end

return policy
