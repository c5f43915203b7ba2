local policy = {}
function policy.act(self, world)
  if self.hunger > 0.5 then
    return self:wander()
  else
    return self:rest()
  end
  self:say("done")
end
return policy
