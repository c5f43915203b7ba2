local policy = {}
function policy.act(self, world)
  local threat = world.nearest("any", 5)
  if threat then
    local away = self - threat
    self:move(away.x, away.y)
  end
end
return policy
