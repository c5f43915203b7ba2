-- `self`: what an agent knows of itself, and its actions, which are intents. One view serves all
-- agents of a Vm.
local core, frame, memories, host, modules = ...
local charge, remaining = core.charge, core.remaining
local type, error, rawget, setmetatable, tostring = type, error, rawget, setmetatable, tostring
local pairs = pairs
local view, complain = frame.view, frame.complain
local species_names, species_facts = frame.species_names, frame.species_facts
local receipt_names, role_names = frame.receipt_names, frame.role_names
local self

local fields = {
  id = function() return view.generation[view.row] * 4294967296 + view.row end,
  species = function() return species_names[view.species[view.row]] end,
  x = function() return view.x[view.row] end,
  y = function() return view.y[view.row] end,
  z = function() return view.z[view.row] end,
  heading = function() return view.heading[view.row] end,
  speed = function() return species_facts[view.species[view.row]].speed end,
  sense_radius = function() return species_facts[view.species[view.row]].sense_radius end,
  reach = function() return species_facts[view.species[view.row]].reach end,
  health = function() return view.health[view.row] end,
  energy = function() return view.energy[view.row] end,
  hunger = function() return view.hunger[view.row] end,
  thirst = function() return view.thirst[view.row] end,
  role = function() return role_names[view.role[view.row]] end,
  age = function() return view.age[view.row] * view.dt end,
  collisions = function() return view.collisions[view.row] end,
  damage = function() return view.damage[view.row] end,
  last_move = function() return receipt_names[view.move_receipt[view.row]] end,
  last_ability = function() return receipt_names[view.ability_receipt[view.row]] end,
  last_message = function() return receipt_names[view.message_receipt[view.row]] end,
  fuel = function() return remaining() end,
  memory = function() return memories.of(view.row) end,
}

------------------------------------------------------------------ actions

local BY, TO, WANDER = 1, 2, 3
local EAT, REPRODUCE, REST = 1, 2, 3
local MESSAGE_BYTES_MAX = 200

local function check_agent(me, call)
  if me ~= self then error("call actions with a colon: self:" .. call, 0) end
end

local function is_called(me, call)
  if me ~= self then check_agent(me, call) end
end
local uses = modules.uses(core, frame, host, is_called)
local actions = uses.actions
fields.items = uses.items
local nature = modules.nature(core, frame, host, is_called)
for name, action in pairs(nature.actions) do actions[name] = action end
for name, field in pairs(nature.fields) do fields[name] = field end

local function movement(kind, call)
  return function(me, x, y, z)
    if me ~= self then check_agent(me, call) end
    if type(x) ~= "number" then
      complain("self:" .. call, "the first argument", "a number of metres", x)
    end
    if type(y) ~= "number" then
      complain("self:" .. call, "the second argument", "a number of metres", y)
    end
    if z ~= nil and type(z) ~= "number" then
      complain("self:" .. call, "z", "a number of metres", z)
    end
    local row = view.row
    view.move[row] = kind
    view.move_x[row], view.move_y[row] = x, y
    view.move_z[row] = z or (kind == TO and view.z[row] or 0)
    return me
  end
end
actions.move = movement(BY, "move(dx, dy)")
actions.move_to = movement(TO, "move_to(x, y)")

function actions.wander(me)
  if me ~= self then check_agent(me, "wander()") end
  view.move[view.row] = WANDER
  return me
end

function actions.idle(me)
  if me ~= self then check_agent(me, "idle()") end
  local row = view.row
  view.move[row] = 0
  view.ability[row] = 0
  return me
end

function actions.eat(me, target)
  if me ~= self then check_agent(me, "eat(target)") end
  local id = target
  if type(target) == "table" then id = rawget(target, "id") end
  if type(id) ~= "number" then
    complain("self:eat(target)", "target", "a sighting or an id", target)
  end
  local row = view.row
  view.ability[row] = EAT
  -- No entity has a negative or fractional id; the world answers no_such_target.
  view.ability_target[row] = (id >= 0 and id < 2 ^ 53) and id or 2 ^ 53
  return me
end

function actions.reproduce(me)
  if me ~= self then check_agent(me, "reproduce()") end
  view.ability[view.row] = REPRODUCE
  return me
end

function actions.rest(me)
  if me ~= self then check_agent(me, "rest()") end
  view.ability[view.row] = REST
  return me
end

function actions.say(me, text)
  if me ~= self then check_agent(me, "say(text)") end
  if type(text) ~= "string" then complain("self:say(text)", "text", "a string", text) end
  charge(10 + #text * 0.125)
  host.say(view.row, #text > MESSAGE_BYTES_MAX and text:sub(1, MESSAGE_BYTES_MAX + 1) or text)
  return me
end

function actions.note(me, text)
  if me ~= self then check_agent(me, "note(text)") end
  if type(text) ~= "string" and type(text) ~= "number" then
    complain("self:note(text)", "text", "a string", text)
  end
  text = text .. ""
  charge(10 + #text * 0.125)
  host.note(view.row, text:sub(1, MESSAGE_BYTES_MAX))
  return me
end

self = setmetatable({}, {
  __index = function(_, key)
    local field = fields[key]
    if field then return field() end
    return actions[key]
  end,
  __newindex = function(_, key, value)
    if key == "memory" and type(value) == "table" then
      memories.set(view.row, value)
      return
    end
    error("self cannot be changed (assigning '" .. tostring(key) ..
      "'): keep state in self.memory", 0)
  end,
  __metatable = "locked",
})

return self
