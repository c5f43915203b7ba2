-- What agents do beyond moving, eating and speaking: abilities, and things in their hands.
-- `check_agent(me, call)` refuses calls without the colon.
local core, frame, host, check_agent = ...
local charge = core.charge
local type, error, rawget = type, error, rawget
local view, complain = frame.view, frame.complain
local ability_index, item_names = frame.ability_index, frame.item_names
local sense_knows, sense_cooldown, sense_items = view.knows, view.cooldown, view.items

local TURN, USE = 4, 4
local MESSAGE_BYTES_MAX = 200

local uses = {}

function uses.turn(me, angle)
  check_agent(me, "turn(angle)")
  if type(angle) ~= "number" then
    complain("self:turn(angle)", "angle", "a number of radians", angle)
  end
  local row = view.row
  view.move[row] = TURN
  view.move_x[row], view.move_y[row], view.move_z[row] = angle, 0, 0
  return me
end

-- Who or what is meant: an id, or nil and a place, or nothing at all.
local function aim(call, target)
  if target == nil then return nil end
  local id, x, y = target, nil, nil
  if type(target) == "table" then
    id, x, y = rawget(target, "id"), rawget(target, "x"), rawget(target, "y")
  end
  if type(id) == "number" then
    -- No entity has a negative or fractional id; the world answers no_such_target.
    return id >= 0 and id < 2 ^ 53 and id or 2 ^ 53
  end
  if id == nil and type(x) == "number" and type(y) == "number" then return nil, x, y end
  complain(call, "target", "a Sighting, an id or a place {x = …, y = …}", target)
end

local function ask(call, ability, target, details)
  local id, x, y = aim(call, target)
  charge(50)
  view.ability[view.row] = USE
  local problem = host.use(view.row, ability, id, x, y, details)
  if problem then error("self:" .. call .. ": details " .. problem, 0) end
end

function uses.use(me, ability, target, details)
  local call = "use(ability, target, details)"
  check_agent(me, call)
  if type(ability) ~= "string" then
    complain("self:" .. call, "ability", "the name of an ability", ability)
  end
  if details ~= nil and type(details) ~= "table" then
    complain("self:" .. call, "details", "a table such as {item = \"apple\", count = 2}", details)
  end
  ask(call, ability, target, details)
  return me
end

local function check_item(call, item, count)
  if type(item) ~= "string" then complain("self:" .. call, "item", "the name of an item", item) end
  if count ~= nil and type(count) ~= "number" then
    complain("self:" .. call, "count", "a whole number", count)
  end
end

function uses.pick_up(me, target)
  check_agent(me, "pick_up(target)")
  if target == nil then
    complain("self:pick_up(target)", "target", "a Sighting or an id", target)
  end
  ask("pick_up(target)", "pick_up", target)
  return me
end

function uses.drop(me, item, count)
  check_agent(me, "drop(item, count)")
  check_item("drop(item, count)", item, count)
  ask("drop(item, count)", "drop", nil, {item = item, count = count})
  return me
end

function uses.give(me, target, item, count)
  local call = "give(target, item, count)"
  check_agent(me, call)
  if target == nil then complain("self:" .. call, "target", "a Sighting or an id", target) end
  check_item(call, item, count)
  ask(call, "give", target, {item = item, count = count})
  return me
end

function uses.fetch(me, target, item, count)
  local call = "fetch(target, item, count)"
  check_agent(me, call)
  if target == nil then complain("self:" .. call, "target", "a Sighting or an id", target) end
  check_item(call, item, count)
  ask(call, "fetch", target, {item = item, count = count})
  return me
end

function uses.craft(me, item)
  check_agent(me, "craft(item)")
  check_item("craft(item)", item)
  ask("craft(item)", "craft", nil, {item = item})
  return me
end

function uses.ask_for(me, words)
  check_agent(me, "ask_for(words)")
  if type(words) ~= "string" then complain("self:ask_for(words)", "words", "a string", words) end
  charge(10 + #words * 0.125)
  if #words > MESSAGE_BYTES_MAX then words = words:sub(1, MESSAGE_BYTES_MAX + 1) end
  host.ask_for(view.row, words)
  return me
end

local function check_name(call, ability)
  if type(ability) ~= "string" then
    complain("self:" .. call, "ability", "the name of an ability", ability)
  end
end

function uses.knows(me, ability)
  check_agent(me, "knows(ability)")
  charge(2)
  check_name("knows(ability)", ability)
  local index = ability_index[ability]
  return index ~= nil and sense_knows(view.world, view.row, index) == 1
end

function uses.cooldown(me, ability)
  check_agent(me, "cooldown(ability)")
  charge(2)
  check_name("cooldown(ability)", ability)
  local index = ability_index[ability]
  return index and sense_cooldown(view.world, view.row, index) or 0
end

-- What is in the agent's hands, made for each look: {apple = 2}.
local function items()
  charge(5 + #item_names)
  local held = {}
  for i = 1, #item_names do
    local count = sense_items(view.world, view.row, item_names[i].index)
    if count > 0 then held[item_names[i].name] = count end
  end
  return held
end

return {actions = uses, items = items}
