-- Casts rays at spheres: vectors with metatables, branches, square roots.
local size = ... or 16
local Vector = {}
Vector.__index = Vector
local function vector(x, y, z) return setmetatable({x = x, y = y, z = z}, Vector) end
function Vector.__add(a, b) return vector(a.x + b.x, a.y + b.y, a.z + b.z) end
function Vector.__sub(a, b) return vector(a.x - b.x, a.y - b.y, a.z - b.z) end
function Vector.__mul(a, k) return vector(a.x * k, a.y * k, a.z * k) end
function Vector:dot(other) return self.x * other.x + self.y * other.y + self.z * other.z end
function Vector:unit() return self * (1 / math.sqrt(self:dot(self))) end

local spheres = {
  {center = vector(0, 0, 5), radius = 1.5}, {center = vector(1.5, 0.5, 4), radius = 0.5},
  {center = vector(-2, -1, 7), radius = 1},
}
local light = vector(-1, 1, -1):unit()
local function hit(origin, direction)
  local nearest, found
  for i = 1, #spheres do
    local sphere = spheres[i]
    local to = sphere.center - origin
    local along = to:dot(direction)
    local gap = sphere.radius ^ 2 - (to:dot(to) - along ^ 2)
    if gap > 0 then
      local distance = along - gap ^ 0.5
      if distance > 1e-6 and (not nearest or distance < nearest) then
        nearest, found = distance, sphere
      end
    end
  end
  return found, nearest
end
local sum, lit = 0, 0
local eye = vector(0, 0, 0)
for py = 1, size do
  for px = 1, size do
    local direction = vector((px - size / 2) / size, (py - size / 2) / size, 1):unit()
    local sphere, distance = hit(eye, direction)
    if sphere then
      local point = direction * distance
      local normal = (point - sphere.center):unit()
      local brightness = math.max(0, normal:dot(light))
      if brightness > 0 and not hit(point, light) then lit = lit + 1 end
      sum = sum + brightness
    end
  end
end
return ("%.9f %d"):format(sum, lit)
