-- A file that is cut into modules, as larger programs are.
local Sense, Body, policy = {}, {}, {}
do
  local CACHE_OF_ANGLES = {}
  for i = 1, 8 do CACHE_OF_ANGLES[i] = {math.cos(i), math.sin(i)} end
  function Sense.openest(world)
    local best, widest = CACHE_OF_ANGLES[1], -1
    for _, angle in ipairs(CACHE_OF_ANGLES) do
      local width = world.clear(angle[1], angle[2], 4)
      if width > widest then best, widest = angle, width end
    end
    return best[1], best[2]
  end
end
function Body.go(self, dx, dy) return self:move(dx, dy) end
function Body:tired() return self.energy < 0.3 end
function policy.act(self, world)
  if Body.tired(self) then return self:rest() end
  return Body.go(self, Sense.openest(world))
end
return policy
