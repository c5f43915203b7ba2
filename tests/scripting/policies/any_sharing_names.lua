-- Locals may be called like parts of the API.
local policy = {}
local function nearest(list) return list[1] end
local function move(self, point) self:move_to(point.x, point.y) end
function policy.act(self, world)
  local energy, food, time = self.energy, world.neighbors("food", 9), world.time
  local position = {x = self.x + 1, y = self.y}
  local target = nearest(food) or position
  local length = #food
  local text = ("%d of %s"):format(length, tostring(target.species))
  self:note(text .. " " .. time)
  if energy > 0.1 then move(self, target) else self:rest() end
  return nil
end
return policy
