-- What agents of an ecosystem know of themselves and do there. Elsewhere the fields have neutral
-- values and the actions are refused by the world. `check_agent` as in uses.lua.
local core, frame, host, check_agent = ...
local type, error, rawget = type, error, rawget
local view, complain = frame.view, frame.complain
local mode_names, mode_index = host.mode_names, {}
for index = 0, #mode_names do mode_index[mode_names[index]] = index end

local DRINK, POLLINATE = 5, 6

local nature = {}

function nature.drink(me)
  check_agent(me, "drink()")
  view.ability[view.row] = DRINK
  return me
end

function nature.pollinate(me, target)
  check_agent(me, "pollinate(target)")
  local id = target
  if type(target) == "table" then id = rawget(target, "id") end
  if type(id) ~= "number" then
    complain("self:pollinate(target)", "target", "a Sighting or an id", target)
  end
  local row = view.row
  view.ability[row] = POLLINATE
  -- No entity has a negative or fractional id; the world answers no_such_target.
  view.ability_target[row] = (id >= 0 and id < 2 ^ 53) and id or 2 ^ 53
  return me
end

function nature.set_mode(me, mode)
  check_agent(me, "set_mode(mode)")
  local index = mode_index[mode]
  if not index then
    error("self:set_mode(mode): there is no mode '" .. (type(mode) == "string" and mode or
          type(mode)) .. "'; there are " .. host.mode_list, 0)
  end
  if view.mode ~= nil then view.mode[view.row] = index end
  return me
end

local own = {
  drive = function() return view.drive ~= nil and view.drive[view.row] or 0 end,
  mode = function()
    return mode_names[view.mode_now ~= nil and view.mode_now[view.row] or 0]
  end,
  colony = function() return view.colony(view.world, view.row) end,
  pause = function() return view.pause(view.world, view.row) end,
}

return {actions = nature, fields = own}
