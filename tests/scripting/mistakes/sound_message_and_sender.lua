local policy = {}
function policy.act(self, world)
  local heard = world.heard()
  if #heard > 0 then
    local sound = heard[1]
    self:note(sound.message)
    self.memory.friend = sound.sender
  end
  return self:wander()
end
return policy
