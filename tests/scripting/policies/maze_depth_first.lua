-- Goes depth first, and back when nothing new is near.
local DIRECTIONS = {[0] = {1, 0}, {0, 1}, {-1, 0}, {0, -1}}
local policy = {}

function policy.init(self)
  self.memory.visited, self.memory.stack = {}, {}
end

function policy.act(self, world)
  local visited, stack = self.memory.visited, self.memory.stack
  local x, y = math.floor(self.x), math.floor(self.y)
  visited[x .. "," .. y] = true
  for i = 0, 3 do
    local dx, dy = DIRECTIONS[i][1], DIRECTIONS[i][2]
    local free = world.tile(x + dx + 0.5, y + dy + 0.5)
    if free ~= nil and free ~= "wall" and not visited[(x + dx) .. "," .. (y + dy)] then
      stack[#stack + 1] = {x, y}
      return self:move_to(x + dx + 0.5, y + dy + 0.5)
    end
  end
  local back = table.remove(stack)
  if back then return self:move_to(back[1] + 0.5, back[2] + 0.5) end
  local goal = world.target()
  self:move_to(goal.x, goal.y)
end

return policy
