-- The method form works: Lua puts self in front.
local policy = {}

function policy:act(world)
  local food = world.nearest("food", 10)
  if not food then
    self:wander()
    return
  end
  self:move_to(food.x, food.y)
  if food.distance < self.reach then self:eat(food.id) end
end

return policy
