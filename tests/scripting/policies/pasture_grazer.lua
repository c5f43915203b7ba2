local policy = {}

function policy.act(self, world)
  if self.hunger > 0.4 then
    local food = world.nearest("grass", self.sense_radius)
    if food then
      if food.distance <= self.reach then
        return self:eat(food)
      end
      return self:move_to(food.x, food.y)
    end
  end
  if self.energy < 0.3 then return self:rest() end
  return self:wander()
end

return policy
