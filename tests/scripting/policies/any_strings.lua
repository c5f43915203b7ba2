local policy = {}

local GREETING = "hello"
local WORDS = {}
for word in ("north east south west"):gmatch("%a+") do WORDS[#WORDS + 1] = word end

local function describe(agent)
  local parts = {}
  for i = 1, 3 do parts[i] = string.rep("*", i) end
  return GREETING .. " " .. table.concat(parts, ",") .. agent.species:upper():sub(1, 3)
end

function policy.act(self, world)
  local index = bit.band(world.tick, 3) + 1
  local word = WORDS[index]
  if word:find("th", 1, true) then self:say(describe(self)) end
  local text, hits = word:gsub("[aeiou]", {a = "A", e = "E"})
  if hits > 0 and tonumber("12") == 12 and type(text) == "string" then print(text, hits) end
  repeat
    local done = index > 0
    index = index - 1
  until done
  while index > 10 do index = index - 1 end
  self:wander()
end

return policy
