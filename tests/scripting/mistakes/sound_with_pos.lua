local policy = {}
function policy.act(self, world)
  for _, sound in ipairs(world.heard()) do
    if sound.text == "food" then
      return self:move_to(sound.pos.x, sound.pos.y)
    end
  end
  return self:wander()
end
return policy
