-- A tree of closures that is built once, while the file is loaded.
local function sequence(children)
  return function(self, world)
    for _, child in ipairs(children) do
      if not child(self, world) then return false end
    end
    return true
  end
end

local function selector(...)
  local children = {...}
  return function(self, world)
    for i = 1, #children do
      if children[i](self, world) then return true end
    end
    return false
  end
end

local function is_hungry(self) return self.hunger > 0.5 end

local function eat(self, world)
  local food = world.nearest("food", self.reach)
  if not food then return false end
  self:eat(food)
  return true
end

local function approach(self, world)
  local food = world.nearest("food", self.sense_radius)
  if not food then return false end
  self:move_to(food.x, food.y)
  return true
end

local function wander(self)
  self:wander()
  return true
end

local tree = selector(sequence({is_hungry, selector(eat, approach)}), wander)

return {act = function(self, world) tree(self, world) end}
