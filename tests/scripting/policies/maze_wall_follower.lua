-- Keeps a hand on the wall. Directions are numbered; the current one is remembered.
local policy = {}
local DX = {1, 0, -1, 0}
local DY = {0, 1, 0, -1}

local function open(self, world, direction)
  local tile = world.tile(self.x + DX[direction], self.y + DY[direction])
  return tile == "open"
end

function policy.init(self)
  self.memory.direction = 1
end

function policy.act(self, world)
  local direction = self.memory.direction
  for turn = -1, 2 do
    local candidate = (direction - 1 + turn) % 4 + 1
    if open(self, world, candidate) then
      self.memory.direction = candidate
      return self:move(DX[candidate], DY[candidate])
    end
  end
  if self.last_move == "blocked" then self:wander() end
end

return policy
