local policy = {}
function policy.act(self, world)
  local call = world.heard()
  if call.text == "help" then
    return self:move_to(call.x, call.y)
  end
  return self:wander()
end
return policy
