#include "abilities/angel/prompt_parts.h"

// Complete policies that show the form: none of them solves anything.
namespace cherub::abilities::angel {
namespace {

// Shows form, memory and receipts without solving anything: it bounces like a ball.
constexpr std::string_view kExample = R"lua(-- Goes straight on and turns left where the way ends.
local policy = {}

local MARGIN = 0.5  -- m; constants may stand at the top, what changes lives in self.memory

local function turn_left(memory)
  memory.dx, memory.dy = -memory.dy, memory.dx
  memory.turns = memory.turns + 1
end

function policy.init(self, config)
  self.memory.dx, self.memory.dy, self.memory.turns = 1, 0, 0
end

function policy.act(self, world)
  local memory = self.memory
  local way = self.speed * world.dt
  local free = world.clear(memory.dx, memory.dy, way + MARGIN)
  if self.last_move == "blocked" or free < way then
    turn_left(memory)
  end
  if memory.turns >= 8 then
    memory.turns = 0
    return self:wander()
  end
  return self:move(memory.dx * way, memory.dy * way)
end

function policy.collect(step)
  return {turns = step.self.memory.turns}
end

return policy
)lua";

// For worlds with things to eat: shows senses that may give nil, and how a place is remembered.
// Whoever waits for food to come near starves.
constexpr std::string_view kGrazingExample =
    R"lua(-- Paces about its birthplace and eats what happens to lie in reach.
local policy = {}

local PACE_M = 3  -- m; constants may stand at the top, what changes lives in self.memory

function policy.init(self, config)
  self.memory.home = {x = self.x, y = self.y}
  self.memory.meals = 0
end

function policy.act(self, world)
  local memory = self.memory
  if self.last_ability == "accepted" then memory.meals = memory.meals + 1 end
  if self.hunger > 0.2 then
    local food = world.nearest("food", self.reach)
    if food then return self:eat(food) end
  end
  if vec.distance(self.x, self.y, memory.home.x, memory.home.y) > PACE_M then
    return self:move_to(memory.home.x, memory.home.y)
  end
  return self:wander()
end

function policy.collect(step)
  return {meals = step.self.memory.meals}
end

return policy
)lua";

// For scenarios without these movements.
constexpr std::string_view kStillExample = R"lua(-- Does nothing, and counts for how long.
local policy = {}

function policy.init(self, config)
  self.memory.ticks = 0
end

function policy.act(self, world)
  self.memory.ticks = self.memory.ticks + 1
  return self:idle()
end

return policy
)lua";

// For ecosystems: one ability a tick, in order of need.
constexpr std::string_view kWateringExample =
    R"lua(-- Stays by the water: drinks, rests, and eats what happens to grow in reach.
local policy = {}

local THIRSTY, HUNGRY, TIRED = 0.5, 0.3, 0.3  -- constants may stand at the top
local SHORE_M = 4

function policy.init(self, config)
  self.memory.bites = 0  -- what changes lives in self.memory
end

function policy.act(self, world)
  local memory = self.memory
  if self.last_ability == "accepted" and memory.ate then memory.bites = memory.bites + 1 end
  memory.ate = false
  local water = world.water()
  if water and self.thirst > THIRSTY and water.distance <= self.reach then
    return self:drink()
  end
  local food = world.forage(self.reach)
  if food and self.hunger > HUNGRY then
    memory.ate = true
    return self:eat(food)
  end
  if self.energy < TIRED then return self:rest() end
  if water and water.distance > SHORE_M then return self:move_to(water.x, water.y) end
  return self:wander()
end

function policy.collect(step)
  return {bites = step.self.memory.bites}
end

return policy
)lua";

// For maps: ways that may not be known, and places in three dimensions.
constexpr std::string_view kPacingExample =
    R"lua(-- Paces between its birthplace and the middle of the map, as far as it knows a way.
local policy = {}

local HAZARD_COST = 10  -- cells of detour; constants may stand at the top

function policy.init(self, config)
  self.memory.home = {x = self.x, y = self.y, z = self.z}  -- what changes lives in self.memory
  self.memory.away = true
  self.memory.turns = 0
end

function policy.act(self, world)
  local memory = self.memory
  local goal = memory.home
  if memory.away then goal = {x = world.width / 2, y = world.depth / 2, z = self.z} end
  local step = world.way_step(goal.x, goal.y, goal.z, HAZARD_COST)
  if not step or step.length == 0 or self.last_move == "blocked" then
    memory.away = not memory.away  -- it is there, or the known way ends here
    memory.turns = memory.turns + 1
    return self:wander()
  end
  return self:move_to(step.x, step.y, step.z)
end

function policy.collect(step)
  return {turns = step.self.memory.turns}
end

return policy
)lua";

// For villages: abilities with details, things in hands, and who sells what.
constexpr std::string_view kStrollingExample =
    R"lua(-- Strolls about the market, and lays a coin on the ground there once in a while.
local policy = {}

local TIRED, WAIT_S = 0.2, 20  -- constants may stand at the top
local NEAR_M = 3

function policy.init(self, config)
  self.memory.next_s = WAIT_S  -- what changes lives in self.memory
  self.memory.coins = 0
end

function policy.act(self, world)
  local memory = self.memory
  if self.energy < TIRED then return self:rest() end
  local market = world.nearest("market", self.sense_radius)
  if market and market.distance > NEAR_M then return self:move_to(market.x, market.y) end
  local coins = self.items.coin or 0
  if coins > 0 and world.time > memory.next_s and self:knows("drop") then
    memory.next_s = world.time + WAIT_S
    memory.coins = memory.coins + 1
    return self:use("drop", nil, {item = "coin", count = 1})
  end
  return self:wander()
end

function policy.collect(step)
  return {coins = step.self.memory.coins}
end

return policy
)lua";

}  // namespace

std::string_view example_for(const engine::Scenario& scenario) {
  const auto can = [&](const char* action) { return has_action(scenario, action); };
  const bool walks = can("wander") && can("move_to");
  const bool feeds = can("eat") && can("drink") && can("rest");
  if (walks && feeds && scenario.environment) return kWateringExample;
  const bool trades = scenario.find_species("market") && scenario.find_species("coin");
  if (walks && can("rest") && can("use") && scenario.economy && trades) return kStrollingExample;
  if (walks && scenario.keeps_map) return kPacingExample;
  if (walks && can("eat")) return kGrazingExample;
  return can("wander") && can("move") ? kExample : kStillExample;
}

}  // namespace cherub::abilities::angel
