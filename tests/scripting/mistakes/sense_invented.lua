local policy = {}
function policy.act(self, world)
  local others = world:get_entities_in_radius(self.x, self.y, 10)
  if #others > 0 then self:idle() else self:wander() end
end
return policy
