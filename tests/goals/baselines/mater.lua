-- Has young whenever it feels like it; else drinks, eats and rests in good time.
local policy = {}

function policy.act(self, world)
  if self.drive > 0.5 and self.hunger < 0.5 then
    local partner = world.nearest(self.species, self.sense_radius)
    if partner and partner.distance < 1.5 then return self:reproduce() end
    if partner then return self:move_to(partner.x, partner.y) end
  end
  if self.thirst > 0.6 then
    local water = world.water()
    if water and water.distance <= self.reach then return self:drink() end
    if water then return self:move_to(water.x, water.y) end
  end
  if self.hunger > 0.3 then
    local food = world.forage(self.sense_radius)
    if food and food.distance <= self.reach then return self:eat(food) end
    if food then return self:move_to(food.x, food.y) end
  end
  if self.energy < 0.4 then return self:rest() end
  return self:wander()
end

return policy
