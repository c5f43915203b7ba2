#include "abilities/angel/lua_helpers.h"

#include <string_view>
#include <vector>

namespace cherub::abilities::angel {
namespace {

constexpr std::string_view kCellKey =
    "-- A number for the cell around a point.\n"
    "local function cell_key(world, x, y)\n"
    "  return math.floor(y) * world.width + math.floor(x)\n"
    "end\n\n";

constexpr std::string_view kVisits =
    "-- How often the agent came into the cell around a point.\n"
    "local function visits_of(self, world, x, y)\n"
    "  local visits = self.memory.visits\n"
    "  return visits and visits[cell_key(world, x, y)] or 0\n"
    "end\n\n"
    "-- Remembers every cell that the agent comes into, so that known ground loses its pull.\n"
    "local function count_visit(self, world)\n"
    "  local memory = self.memory\n"
    "  local here = cell_key(world, self.x, self.y)\n"
    "  if memory.here == here then return end\n"
    "  memory.here = here\n"
    "  memory.visits = memory.visits or {}\n"
    "  memory.visits[here] = (memory.visits[here] or 0) + 1\n"
    "end\n\n";

constexpr std::string_view kWays = "local WAYS = {{1, 0}, {0, 1}, {-1, 0}, {0, -1}}\n\n";

constexpr std::string_view kDeadEnd =
    "local LOOK_AHEAD = 6  -- cells along a corridor\n\n"
    "-- Whether the corridor that goes on from a cell in a direction can be seen to end without\n"
    "-- the goal in it. Hazards close it too.\n"
    "local function is_dead_end(world, goal, x, y, dx, dy)\n"
    "  for _ = 1, LOOK_AHEAD do\n"
    "    if goal and math.abs(goal.x - x) + math.abs(goal.y - y) < 0.7 then return false end\n"
    "    local exits, next_dx, next_dy = 0, 0, 0\n"
    "    for _, way in ipairs(WAYS) do\n"
    "      if way[1] ~= -dx or way[2] ~= -dy then\n"
    "        local tile = world.tile(x + way[1], y + way[2])\n"
    "        if not tile then return false end\n"
    "        if tile == \"open\" then exits, next_dx, next_dy = exits + 1, way[1], way[2] end\n"
    "      end\n"
    "    end\n"
    "    if exits ~= 1 then return exits == 0 end\n"
    "    x, y, dx, dy = x + next_dx, y + next_dy, next_dx, next_dy\n"
    "  end\n"
    "  return false\n"
    "end\n\n";

constexpr std::string_view kSteps =
    "-- Walks to a cell and remembers it, so that the step is finished before the next is chosen.\n"
    "local function begin_step(self, x, y)\n"
    "  self.memory.step_x, self.memory.step_y = x, y\n"
    "  return self:move_to(x, y)\n"
    "end\n\n"
    "local function in_step(self)\n"
    "  local x, y = self.memory.step_x, self.memory.step_y\n"
    "  if not x or self.last_move == \"blocked\" then return false end\n"
    "  return math.abs(x - self.x) + math.abs(y - self.y) > 0.05\n"
    "end\n\n";

// The map is one text, a letter a cell, row by row; walls stand around it and between the rows.
constexpr std::string_view kMap =
    "local LETTERS = {open = \"o\", hazard = \"h\", wall = \"w\", water = \"w\"}\n\n"
    "-- Where a point is in the map.\n"
    "local function place_of(world, x, y)\n"
    "  return (math.floor(y) + 1) * (world.width + 1) + math.floor(x) + 1\n"
    "end\n\n"
    "-- Keeps in memory what is in sight: one text, a letter for each cell, ? for the unknown.\n"
    "local function remember_map(self, world)\n"
    "  local memory = self.memory\n"
    "  local here = place_of(world, self.x, self.y)\n"
    "  if memory.mapped_at == here then return end\n"
    "  memory.mapped_at = here\n"
    "  local border = (\"w\"):rep(world.width + 1)\n"
    "  local unknown = ((\"?\"):rep(world.width) .. \"w\"):rep(world.depth)\n"
    "  local map = memory.map or border .. unknown .. border\n"
    "  local cell_x, cell_y = math.floor(self.x), math.floor(self.y)\n"
    "  local radius = math.floor(self.sense_radius)\n"
    "  local from, to = math.max(0, cell_x - radius), math.min(world.width - 1, cell_x + radius)\n"
    "  local parts, copied = {}, 0\n"
    "  for y = math.max(0, cell_y - radius), math.min(world.depth - 1, cell_y + radius) do\n"
    "    local first = place_of(world, from, y)\n"
    "    table.insert(parts, map:sub(copied + 1, first - 1))\n"
    "    copied = first + to - from\n"
    "    for x = from, to do\n"
    "      local place = first + x - from\n"
    "      local tile = world.tile(x + 0.5, y + 0.5)\n"
    "      table.insert(parts, tile and LETTERS[tile] or map:sub(place, place))\n"
    "    end\n"
    "  end\n"
    "  memory.map = table.concat(parts) .. map:sub(copied + 1)\n"
    "end\n\n";

// "-- counts: metres to the goal, earlier visits."
std::string terms_comment(const CostTerms& terms, std::vector<std::string> words) {
  if (terms.goal) words.emplace_back("metres to the goal");
  if (terms.visits) words.emplace_back("earlier visits");
  if (terms.hazards) words.emplace_back("hazards");
  if (terms.dead_ends) words.emplace_back("dead ends");
  if (words.empty()) words.emplace_back("nothing, so the first of them is taken");
  std::string text = "-- counts: ";
  for (std::size_t i = 0; i < words.size(); ++i) text += (i > 0 ? ", " : "") + words[i];
  return text + ".\n";
}

std::string neighbor_search(const CostTerms& terms) {
  std::string lua =
      "-- The centre of the neighbouring cell that costs least; nil between walls. What\n" +
      terms_comment(terms, {}) +
      "local function cheapest_neighbor(self, world, costs)\n"
      "  local here_x, here_y = math.floor(self.x) + 0.5, math.floor(self.y) + 0.5\n";
  if (terms.goal) lua += "  local goal = costs.goal\n";
  lua +=
      "  local best_cost, best_x, best_y\n"
      "  for _, way in ipairs(WAYS) do\n"
      "    local x, y = here_x + way[1], here_y + way[2]\n"
      "    local tile = world.tile(x, y)\n"
      "    if tile == \"open\" or tile == \"hazard\" then\n"
      "      local cost = 0\n";
  if (terms.goal) {
    lua += "      if goal then cost = cost + math.abs(goal.x - x) + math.abs(goal.y - y) end\n";
  }
  if (terms.visits) lua += "      cost = cost + costs.visit * visits_of(self, world, x, y)\n";
  if (terms.hazards) lua += "      if tile == \"hazard\" then cost = cost + costs.hazard end\n";
  if (terms.dead_ends) {
    lua += "      if is_dead_end(world, " + std::string(terms.goal ? "goal" : "nil") +
           ", x, y, way[1], way[2]) then\n"
           "        cost = cost + costs.dead_end\n"
           "      end\n";
  }
  lua +=
      "      if not best_cost or cost < best_cost then best_cost, best_x, best_y = cost, x, y end\n"
      "    end\n"
      "  end\n"
      "  return best_x, best_y\n"
      "end\n\n";
  return lua;
}

std::string sight_search(const CostTerms& terms) {
  std::string lua =
      "-- The first cell on the way to the cell in sight that costs least; nil between walls. "
      "What\n" +
      terms_comment(terms, {"steps"}) +
      "local function step_to_cheapest(self, world, costs)\n"
      "  local here_x, here_y = math.floor(self.x) + 0.5, math.floor(self.y) + 0.5\n"
      "  local here = cell_key(world, here_x, here_y)\n"
      "  local way_cost, first = {[here] = 0}, {}  -- by cell: of the way there, and its first\n"
      "  local queue_x, queue_y, at, last = {here_x}, {here_y}, 1, 1\n";
  if (terms.goal) lua += "  local goal = costs.goal\n";
  if (terms.avoid) {
    lua += "  local closed = costs.avoid and cell_key(world, costs.avoid.x, costs.avoid.y)\n";
  }
  lua +=
      "  local best_cost, best\n"
      "  while at <= last do\n"
      "    local x, y = queue_x[at], queue_y[at]\n"
      "    local key = cell_key(world, x, y)\n"
      "    at = at + 1\n"
      "    if key ~= here then\n"
      "      local cost = way_cost[key]\n";
  if (terms.goal) {
    lua +=
        "      if goal then\n"
        "        cost = cost + costs.distance * (math.abs(goal.x - x) + math.abs(goal.y - y))\n"
        "      end\n";
  }
  if (terms.visits) lua += "      cost = cost + costs.visit * visits_of(self, world, x, y)\n";
  lua +=
      "      if not best_cost or cost < best_cost then best_cost, best = cost, key end\n"
      "    end\n"
      "    for _, way in ipairs(WAYS) do\n"
      "      local next_x, next_y = x + way[1], y + way[2]\n"
      "      local tile = world.tile(next_x, next_y)\n"
      "      local next_key = cell_key(world, next_x, next_y)\n"
      "      if (tile == \"open\" or tile == \"hazard\")";
  if (terms.avoid) lua += " and next_key ~= closed";
  lua +=
      " then\n"
      "        local cost = way_cost[key] + 1\n";
  if (terms.hazards) lua += "        if tile == \"hazard\" then cost = cost + costs.hazard end\n";
  lua +=
      "        if not way_cost[next_key] or cost < way_cost[next_key] then\n"
      "          way_cost[next_key], first[next_key] = cost, first[key] or next_key\n"
      "          last = last + 1\n"
      "          queue_x[last], queue_y[last] = next_x, next_y\n"
      "        end\n"
      "      end\n"
      "    end\n"
      "  end\n"
      "  if not best then return end\n"
      "  return first[best] % world.width + 0.5, math.floor(first[best] / world.width) + 0.5\n"
      "end\n\n";
  return lua;
}

// A* search; cells wait in levels of the same length, the way so far and the straight way left.
std::string plan_search(const CostTerms& terms) {
  std::string lua = "local FUEL_KEPT = 2000  -- that a search leaves for the rest of act\n";
  lua += terms.hazards ? "local WALL, HAZARD = (\"wh\"):byte(1, 2)\n\n"
                       : "local WALL = (\"w\"):byte()\n\n";
  lua +=
      "local function steps_between(a, b, stride)\n"
      "  return math.abs(a % stride - b % stride) +\n"
      "      math.abs(math.floor(a / stride) - math.floor(b / stride))\n"
      "end\n\n"
      "-- The first cell of the shortest way to a goal on the map, where the unknown counts as\n"
      "-- open. Nil when there is none, or too little fuel to find it.\n"
      "local function planned_step(self, world, goal";
  if (terms.hazards) lua += ", hazard_cost";
  lua +=
      ")\n"
      "  remember_map(self, world)\n"
      "  local map, stride = self.memory.map, world.width + 1\n"
      "  local here, there = place_of(world, self.x, self.y), place_of(world, goal.x, goal.y)\n"
      "  local steps_least, ways = steps_between(here, there, stride), {1, stride, -1, -stride}\n"
      "  local way_cost, first = {[here] = 0}, {}  -- by cell: of the way there, and its first\n"
      "  local levels, level, level_max = {[0] = {here}}, 0, 0  -- cells by the detour they mean\n"
      "  while level <= level_max and self.fuel > FUEL_KEPT do\n"
      "    local cell = levels[level] and table.remove(levels[level])\n"
      "    if not cell then\n"
      "      level = level + 1\n"
      "    elseif cell == there then\n"
      "      local step = first[cell]\n"
      "      if not step then return end\n"
      "      return step % stride - 0.5, math.floor(step / stride) - 0.5\n"
      "    else\n"
      "      for _, way in ipairs(ways) do\n"
      "        local next_cell = cell + way\n"
      "        local tile = map:byte(next_cell)\n"
      "        local cost, known = way_cost[cell] + 1, way_cost[next_cell]\n";
  if (terms.hazards) lua += "        if tile == HAZARD then cost = cost + hazard_cost end\n";
  lua +=
      "        if tile ~= WALL and (not known or cost < known) then\n"
      "          way_cost[next_cell], first[next_cell] = cost, first[cell] or next_cell\n"
      "          local detour = cost + steps_between(next_cell, there, stride) - steps_least\n"
      "          detour = math.floor(detour)\n"
      "          levels[detour] = levels[detour] or {}\n"
      "          table.insert(levels[detour], next_cell)\n"
      "          level_max = math.max(level_max, detour)\n"
      "        end\n"
      "      end\n"
      "    end\n"
      "  end\n"
      "end\n\n";
  return lua;
}

}  // namespace

bool counts_visits(const HelperNeeds& needs) {
  return needs.visits || needs.neighbor.visits || needs.sight.visits;
}

std::string lua_helpers(const HelperNeeds& needs) {
  std::string lua;
  const bool visits = counts_visits(needs);
  if (visits || needs.sight.used) lua += kCellKey;
  if (visits) lua += kVisits;
  if (needs.neighbor.used || needs.sight.used) lua += kWays;
  if (needs.neighbor.dead_ends) lua += kDeadEnd;
  if (needs.neighbor.used) lua += neighbor_search(needs.neighbor);
  if (needs.sight.used) lua += sight_search(needs.sight);
  if (needs.plan.used) lua += std::string(kMap) + plan_search(needs.plan);
  if (needs.steps) lua += kSteps;
  return lua;
}

}  // namespace cherub::abilities::angel
