-- Short names for everything.
local floor, random, insert = math.floor, math.random, table.insert
local policy = {}

function policy.act(me, here)
  local nearest, memory, move_to = here.nearest, me.memory, me.move_to
  local type = me.species
  local food = nearest("food", 9)
  if food then
    move_to(me, food.x, food.y)
  else
    me.move(me, random(-1, 1), random(0, 1) == 1 and 1 or -1)
  end
  memory.log = memory.log or {}
  insert(memory.log, type .. floor(me.x))
  if #memory.log > 5 then memory.log = nil end
end

return policy
