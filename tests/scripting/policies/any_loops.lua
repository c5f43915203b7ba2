-- Loops that end, each in its own way.
local policy = {}

local function wrap(angle)
  while angle > math.pi do angle = angle - 2 * math.pi end
  while angle < -math.pi do angle = angle + 2 * math.pi end
  return angle
end

local function primes(limit)
  local found, candidate = {}, 2
  while true do
    local is_prime = true
    for i = 1, #found do
      if candidate % found[i] == 0 then is_prime = false break end
    end
    if is_prime then found[#found + 1] = candidate end
    candidate = candidate + 1
    if candidate > limit then return found end
  end
end

local PRIMES = primes(30)

function policy.act(self, world)
  local node, length = {next = {next = {}}}, 0
  while node do
    length = length + 1
    node = node.next
  end
  local x = self.x
  while x < world.width and world.tile(x, self.y) == "open" do x = x + 1 end
  local budget = 3
  while self.hunger > 0.5 and budget > 0 do budget = budget - 1 end
  for i = 3, 1, -1 do length = length + i end
  for i = 0, 3 do length = length + PRIMES[i + 1] end
  for angle = 0, 2 * math.pi, math.pi / 4 do
    if world.clear(math.cos(angle), math.sin(angle), 2) >= 2 then
      return self:move(math.cos(wrap(angle)), math.sin(wrap(angle)))
    end
  end
  repeat
    local done = length > 0
    length = length - 1
    if length > 100 then goto out end
  until done
  ::out::
  self:move(x - self.x, length)
end

return policy
