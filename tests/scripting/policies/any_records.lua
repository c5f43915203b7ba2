-- What is found may be kept as data, under names of the policy's own.
local policy = {}

local function remember(memory, food)
  memory.goal = {x = food.x, y = food.y, position = {food.x, food.y}}
  memory.food = food
end

function policy.act(self, world)
  local goal = self.memory.goal
  if not goal then
    local food = world.nearest("food", self.sense_radius)
    if food then remember(self.memory, food) end
    return self:wander()
  end
  local dx, dy = goal.position[1] - self.x, goal.position[2] - self.y
  local distance = math.sqrt(dx * dx + dy * dy)
  if distance < self.reach then
    self:eat(self.memory.food)
    self.memory = {}
  else
    self:move(dx / distance, dy / distance)
  end
end

return policy
