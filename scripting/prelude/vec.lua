-- `vec`: geometry on plain numbers. No tables are made, so that compiled code keeps all in
-- registers.
local core = ...
local charge = core.charge
local type, error, select = type, error, select
local sqrt, atan2, sin, cos = math.sqrt, math.atan2, math.sin, math.cos

local function refuse(call, ...)
  for i = 1, select("#", ...) do
    local value = (select(i, ...))
    if type(value) ~= "number" then
      error("vec." .. call .. ": argument " .. i .. " must be a number, got " .. type(value), 0)
    end
  end
end

local vec = {}

function vec.length(x, y)
  charge(2)
  if type(x) ~= "number" or type(y) ~= "number" then refuse("length(x, y)", x, y) end
  return (sqrt(x * x + y * y))
end

function vec.distance(ax, ay, bx, by)
  charge(2)
  if type(ax) ~= "number" or type(ay) ~= "number" or type(bx) ~= "number" or
     type(by) ~= "number" then
    refuse("distance(ax, ay, bx, by)", ax, ay, bx, by)
  end
  local dx, dy = bx - ax, by - ay
  return (sqrt(dx * dx + dy * dy))
end

local function unit(x, y)
  local length = sqrt(x * x + y * y)
  if length == 0 then return 0, 0 end
  return x / length, y / length
end

function vec.direction(ax, ay, bx, by)
  charge(3)
  if type(ax) ~= "number" or type(ay) ~= "number" or type(bx) ~= "number" or
     type(by) ~= "number" then
    refuse("direction(ax, ay, bx, by)", ax, ay, bx, by)
  end
  return unit(bx - ax, by - ay)
end

function vec.normalize(x, y)
  charge(3)
  if type(x) ~= "number" or type(y) ~= "number" then refuse("normalize(x, y)", x, y) end
  return unit(x, y)
end

function vec.rotate(x, y, angle)
  charge(4)
  if type(x) ~= "number" or type(y) ~= "number" or type(angle) ~= "number" then
    refuse("rotate(x, y, angle)", x, y, angle)
  end
  local c, s = cos(angle), sin(angle)
  return x * c - y * s, x * s + y * c
end

function vec.angle(x, y)
  charge(2)
  if type(x) ~= "number" or type(y) ~= "number" then refuse("angle(x, y)", x, y) end
  return (atan2(y, x))
end

function vec.angle_between(ax, ay, bx, by)
  charge(4)
  if type(ax) ~= "number" or type(ay) ~= "number" or type(bx) ~= "number" or
     type(by) ~= "number" then
    refuse("angle_between(ax, ay, bx, by)", ax, ay, bx, by)
  end
  return (atan2(ax * by - ay * bx, ax * bx + ay * by))
end

core.names.vec = core.freeze(vec, "vec")
