local policy = {}
function policy.act(self, world)
  local step = {1, 0}
  self:move(table.unpack(step))
end
return policy
