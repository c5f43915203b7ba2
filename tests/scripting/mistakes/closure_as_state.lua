local function make_counter()
  local count = 0
  return function()
    count = count + 1
    return count
  end
end
local next_count = make_counter()
local policy = {}
function policy.act(self, world)
  if next_count() % 2 == 0 then self:rest() else self:wander() end
end
return policy
