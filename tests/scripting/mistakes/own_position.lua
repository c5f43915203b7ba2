local policy = {}
local function distance(ax, ay, bx, by)
  return math.sqrt((ax - bx) ^ 2 + (ay - by) ^ 2)
end
function policy.act(self, world)
  if distance(self.position.x, self.y, 0, 0) > 5 then self:move_to(0, 0) else self:idle() end
end
return policy
