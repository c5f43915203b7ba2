local policy = {}
function policy.act(self, world)
  if world.offer().item == "apple" then
    return self:use("trade_accept", world.offer().sender)
  end
  return self:wander()
end
return policy
