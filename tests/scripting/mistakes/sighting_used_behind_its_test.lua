local policy = {}
function policy.act(self, world)
  local rival = world.nearest("any", 4)
  if rival and rival.distance < 1 then
    self:say("away")
  end
  self:move(self.x - rival.x, self.y - rival.y)
end
return policy
