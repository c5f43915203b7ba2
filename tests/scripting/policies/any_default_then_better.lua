-- Asks for the usual first; what is better replaces it.
local policy = {}
function policy.act(self, world)
  self:wander()
  if self.energy < 0.2 then self:rest() end
  local food = self.hunger > 0.3 and world.nearest("food", self.sense_radius)
  if food then
    self:move_to(food.x, food.y)
    if food.distance <= self.reach then self:eat(food):say("mine") end
  end
end
return policy
