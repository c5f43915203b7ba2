-- `effects.…`: what an ability does to the world. A call only adds to the list of what is to
-- happen; it pays its price out of the ability's energy_cost, and where that ends, the use does.
local core, frame, host = ...
local charge = core.charge
local type, error, rawget, floor = type, error, rawget, math.floor
local species_index, species_facts = frame.species_index, frame.species_facts
local kinds, add = host.effect_kinds, host.add_effect

local STOP = {}  -- ends a use that cannot be paid, or whose target is gone
local COUNT_MAX, WAY_MAX, PLACE_MAX = 1000, 50, 1e6
local NOBODY, USER, NOTHING = -1, -2, 0  -- who and what is meant when none is named

local function complain(call, name, expected, value)
  local given = type(value)
  if given == "number" then given = value .. "" end
  if given == "string" then given = "'" .. value:sub(1, 40) .. "'" end
  error("effects." .. call .. ": " .. name .. " must be " .. expected .. ", got " .. given, 0)
end

local function amount_of(value, name, call, unit, max)
  if type(value) ~= "number" or not (value >= 0 and value <= max) then
    complain(call, name, "a number of " .. unit .. " from 0 to " .. max, value)
  end
  return value
end

local function metres(value, name, call, max)
  if type(value) ~= "number" or not (value >= -max and value <= max) then
    complain(call, name, "a number of metres from -" .. max .. " to " .. max, value)
  end
  return value
end

local function count_of(value, name, call)
  if value == nil then return 1 end
  if type(value) ~= "number" or not (value >= 1 and value <= COUNT_MAX) or floor(value) ~= value
  then
    complain(call, name, "a whole number from 1 to " .. COUNT_MAX, value)
  end
  return value
end

local function id_of(target, call)
  local id = target
  if type(target) == "table" then id = rawget(target, "id") end
  if type(id) ~= "number" then
    complain(call, "target", "user, target, a Sighting or an id", target)
  end
  -- No entity has a negative or fractional id.
  return id >= 0 and id < 2 ^ 53 and floor(id) == id and id or 2 ^ 53
end

-- A species by its name. `kind`: "item" or "plant".
local function thing_of(name, parameter, call, kind)
  local index = type(name) == "string" and species_index[name] or nil
  if not index or index < 0 or species_facts[index].kind ~= kind then
    complain(call, parameter, "the name of a species of kind " .. kind, name)
  end
  return index
end

local function text_of(value, call)
  if type(value) ~= "string" then complain(call, "text", "a string", value) end
  charge(#value * 0.125)
  return value
end

-- The order of host.add_effect.
local function list(kind, target, amount, seconds, x, y, item, count, want_item, want_count, text)
  charge(10)
  local problem = add(kind, target, amount or 0, seconds or 0, x or 0, y or 0, item or NOTHING,
                      count or 0, want_item or NOTHING, want_count or 0, text)
  if problem == true then error(STOP, 0) end
  if problem then error(problem, 0) end
end

local effects = {}

function effects.damage(target, amount)
  local call = "damage(target, amount)"
  list(kinds.damage, id_of(target, call), amount_of(amount, "amount", call, "health", 1))
end

function effects.heal(target, amount)
  local call = "heal(target, amount)"
  list(kinds.heal, id_of(target, call), amount_of(amount, "amount", call, "health", 1))
end

function effects.feed(target, amount)
  local call = "feed(target, amount)"
  list(kinds.feed, id_of(target, call), amount_of(amount, "amount", call, "hunger", 1))
end

function effects.energise(target, amount)
  local call = "energise(target, amount)"
  list(kinds.energise, id_of(target, call), amount_of(amount, "amount", call, "energy", 1))
end

-- Of what is near, or, by its name, of what is in the user's hands.
function effects.eat(target)
  if type(target) == "string" then
    list(kinds.eat, USER, 0, 0, 0, 0, thing_of(target, "target", "eat(target)", "item"), 1)
  else
    list(kinds.eat, id_of(target, "eat(target)"))
  end
end

function effects.drink(amount)
  list(kinds.drink, NOBODY, amount_of(amount, "amount", "drink(amount)", "thirst", 1))
end

function effects.rest()
  list(kinds.rest, NOBODY)
end

function effects.push(target, dx, dy)
  local call = "push(target, dx, dy)"
  list(kinds.push, id_of(target, call), 0, 0, metres(dx, "dx", call, WAY_MAX),
       metres(dy, "dy", call, WAY_MAX))
end

function effects.dash(dx, dy)
  local call = "dash(dx, dy)"
  list(kinds.dash, NOBODY, 0, 0, metres(dx, "dx", call, WAY_MAX),
       metres(dy, "dy", call, WAY_MAX))
end

function effects.shield(target, share, seconds)
  local call = "shield(target, share, seconds)"
  list(kinds.shield, id_of(target, call), amount_of(share, "share", call, "damage", 1),
       amount_of(seconds, "seconds", call, "seconds", 3600))
end

function effects.plant(species, x, y)
  local call = "plant(species, x, y)"
  local item = thing_of(species, "species", call, "plant")
  list(kinds.plant, NOBODY, 0, 0, metres(x, "x", call, PLACE_MAX),
       metres(y, "y", call, PLACE_MAX), item)
end

function effects.pick_up(target)
  list(kinds.pick_up, id_of(target, "pick_up(target)"))
end

function effects.drop(item, count)
  local call = "drop(item, count)"
  local thing = thing_of(item, "item", call, "item")
  list(kinds.drop, NOBODY, 0, 0, 0, 0, thing, count_of(count, "count", call))
end

local function hand_over(kind, call)
  return function(target, item, count)
    local id, thing = id_of(target, call), thing_of(item, "item", call, "item")
    list(kind, id, 0, 0, 0, 0, thing, count_of(count, "count", call))
  end
end
effects.give = hand_over(kinds.give, "give(target, item, count)")
effects.steal = hand_over(kinds.steal, "steal(target, item, count)")
effects.fetch = hand_over(kinds.fetch, "fetch(target, item, count)")

function effects.craft(item)
  list(kinds.craft, NOBODY, 0, 0, 0, 0, thing_of(item, "item", "craft(item)", "item"), 1)
end

function effects.offer(target, item, count, want_item, want_count)
  local call = "offer(target, item, count, want_item, want_count)"
  local id, thing = id_of(target, call), thing_of(item, "item", call, "item")
  local wanted = thing_of(want_item, "want_item", call, "item")
  list(kinds.offer, id, 0, 0, 0, 0, thing, count_of(count, "count", call), wanted,
       count_of(want_count, "want_count", call))
end

function effects.accept(target)
  list(kinds.accept, id_of(target, "accept(target)"))
end

function effects.tell(target, text)
  local call = "tell(target, text)"
  local id = id_of(target, call)
  list(kinds.tell, id, 0, 0, 0, 0, NOTHING, 0, NOTHING, 0, text_of(text, call))
end

function effects.call(text, radius)
  local call = "call(text, radius)"
  local words = text_of(text, call)
  list(kinds.call, NOBODY, amount_of(radius, "radius", call, "metres", 200), 0, 0, 0, NOTHING, 0,
       NOTHING, 0, words)
end

return effects
