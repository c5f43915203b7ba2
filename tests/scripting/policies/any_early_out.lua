local policy = {}
function policy.act(self, world)
  do
    local food = world.nearest("food", self.reach)
    if food then self:eat(food) do return end end
  end
  for _, other in ipairs(world.neighbors(self.species, 4)) do
    if other.distance > 2 then goto continue end
    if other.id == self.id then goto continue end
    do
      self:move(self.x - other.x, self.y - other.y)
      return
    end
    ::continue::
  end
  if self.last_move == "blocked" then
    return self:move(math.random() - 0.5, math.random() - 0.5)
  elseif self.last_move == "exhausted" then
    return self:rest()
  end
  return self:wander()
end
return policy
