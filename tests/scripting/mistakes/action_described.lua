local policy = {}
function policy.act(self, world)
  return {action = "move", dx = 1, dy = 0}
end
return policy
