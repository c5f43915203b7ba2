-- Texts of many kinds: long ones, with bytes outside of ASCII, as keys, as numbers.
local policy = {}
local HELP = [[
  if food.pos then world:nearest(…) end
]]
local GREETING = "grüße, 世界"
local LEVELS = {["low"] = 1, ["high"] = 2; "none"}
function policy.act(self, world)
  local level = self.energy < 0.5 and "low" or "high"
  local count = tonumber("3") + "4" + LEVELS[level]
  local text = #HELP .. GREETING .. count .. LEVELS[1] .. tostring(nil) .. tostring(self.x > 1)
  self:say(text:upper():sub(1, 20)):wander()
  if self.species == "rabbit" and self.species:len() == 6 then self:note(self.species) end
end
return policy
