-- Memory is filled from a table of defaults.
local DEFAULTS = {mode = "search", steps = 0, seen = 0}
local policy = {}

local function fill(memory)
  for key, value in pairs(DEFAULTS) do
    if memory[key] == nil then memory[key] = value end
  end
end

function policy.act(self, world)
  local memory = self.memory
  fill(memory)
  memory.steps = memory.steps + 1
  memory.seen = memory.seen + world.count("any", 4)
  if memory.mode == "search" and memory.steps > 20 then
    memory.mode, memory.steps = "rest", 0
  end
  if memory.mode == "rest" then return self:rest() end
  return self:wander()
end

return policy
