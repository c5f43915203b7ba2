#include <algorithm>
#include <cstdio>

#include "abilities/angel/grammar.h"

namespace cherub::abilities::angel {
namespace {

constexpr std::string_view kCellKey =
    "-- A number for the cell around a point.\n"
    "local function cell_key(world, x, y)\n"
    "  return math.floor(y) * world.width + math.floor(x)\n"
    "end\n\n"
    "-- How often the agent came into the cell around a point.\n"
    "local function visits_of(self, world, x, y)\n"
    "  local visits = self.memory.visits\n"
    "  return visits and visits[cell_key(world, x, y)] or 0\n"
    "end\n\n"
    "-- Remembers every cell that the agent comes into, so that dead ends lose their pull.\n"
    "local function count_visit(self, world)\n"
    "  local memory = self.memory\n"
    "  local here = cell_key(world, self.x, self.y)\n"
    "  if memory.here == here then return end\n"
    "  memory.here = here\n"
    "  memory.visits = memory.visits or {}\n"
    "  memory.visits[here] = (memory.visits[here] or 0) + 1\n"
    "end\n\n";

constexpr std::string_view kProspect =
    "local WAYS = {{1, 0}, {0, 1}, {-1, 0}, {0, -1}}\n"
    "local LOOK_AHEAD = 6  -- cells\n\n"
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
    "end\n\n"
    "-- The centre of the neighbouring cell that costs least: metres to the goal, earlier visits,\n"
    "-- hazards and dead ends count. Nil between walls.\n"
    "local function cheapest_neighbor(self, world, goal, costs)\n"
    "  local here_x, here_y = math.floor(self.x) + 0.5, math.floor(self.y) + 0.5\n"
    "  local best_cost, best_x, best_y\n"
    "  for _, way in ipairs(WAYS) do\n"
    "    local x, y = here_x + way[1], here_y + way[2]\n"
    "    local tile = world.tile(x, y)\n"
    "    if tile == \"open\" or tile == \"hazard\" then\n"
    "      local cost = costs.visit * visits_of(self, world, x, y)\n"
    "      if goal then cost = cost + math.abs(goal.x - x) + math.abs(goal.y - y) end\n"
    "      if tile == \"hazard\" then cost = cost + costs.hazard end\n"
    "      if costs.dead_end > 0 and is_dead_end(world, goal, x, y, way[1], way[2]) then\n"
    "        cost = cost + costs.dead_end\n"
    "      end\n"
    "      if not best_cost or cost < best_cost then best_cost, best_x, best_y = cost, x, y end\n"
    "    end\n"
    "  end\n"
    "  return best_x, best_y\n"
    "end\n\n";

constexpr std::string_view kCommit =
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

std::string number(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.4g", value);
  return text;
}

bool names_thing(Test test) {
  return test == Test::kSees || test == Test::kMissing || test == Test::kCrowded ||
         test == Test::kSparse || test == Test::kWayClear;
}

bool names_thing(Deed deed) {
  return deed == Deed::kApproach || deed == Deed::kFlee || deed == Deed::kFollowPath ||
         deed == Deed::kProspect || deed == Deed::kEat;
}

bool goes_to_cell(Deed deed) {
  return deed == Deed::kFollowPath || deed == Deed::kProspect;
}

// Which of the helpers above a program calls.
struct Needs {
  bool visits = false, prospect = false, commit = false, target = false;
};

Needs needs_of(const Program& program, const std::vector<Thing>& things) {
  Needs needs;
  const auto target = [&](std::size_t thing) {
    return thing < things.size() && things[thing].is_target;
  };
  for (const Rule& rule : program.rules) {
    for (const Condition& condition : rule.conditions) {
      needs.visits |= condition.test == Test::kOftenHere || condition.test == Test::kFresh;
      needs.target |= names_thing(condition.test) && target(condition.thing) &&
                      condition.test != Test::kCrowded && condition.test != Test::kSparse;
    }
    const Deed deed = rule.action.deed;
    needs.prospect |= deed == Deed::kProspect;
    needs.commit |= goes_to_cell(deed) && rule.action.commit;
    needs.target |= names_thing(deed) && target(rule.action.thing);
  }
  needs.visits |= needs.prospect;
  return needs;
}

// Writes one program. Holds what all of its parts look at.
class Printer {
 public:
  explicit Printer(const std::vector<Thing>& things) : things_(things) {}

  std::string print(const Program& program, const std::vector<std::string>& heading) {
    const Needs needs = needs_of(program, things_);
    for (const std::string& line : heading) out_ += "-- " + line + "\n";
    out_ += "local policy = {}\n\n";
    if (needs.visits) out_ += kCellKey;
    if (needs.prospect) out_ += kProspect;
    if (needs.commit) out_ += kCommit;
    out_ += "function policy.act(self, world)\n";
    if (needs.visits) out_ += "  count_visit(self, world)\n";
    if (needs.target) out_ += "  local target = world.target()\n";
    bool step_finished = false;
    for (std::size_t i = 0; i < program.rules.size(); ++i) {
      const Rule& rule = program.rules[i];
      if (goes_to_cell(rule.action.deed) && rule.action.commit && !step_finished) {
        out_ +=
            "\n  -- Finish the step that was begun.\n"
            "  if in_step(self) then\n"
            "    return self:move_to(self.memory.step_x, self.memory.step_y)\n"
            "  end\n";
        step_finished = true;
      }
      print_rule(rule, i + 1);
      if (ends_act(rule)) break;  // nothing below is ever reached
    }
    out_ += "end\n\nreturn policy\n";
    return out_;
  }

 private:
  // Whether the tick is decided by this rule whatever the world looks like.
  static bool ends_act(const Rule& rule) {
    const Deed deed = rule.action.deed;
    const bool always = deed == Deed::kWander || deed == Deed::kRest ||
                        (deed == Deed::kReproduce && !rule.action.go_on);
    return rule.conditions.empty() && always;
  }

  const Thing& thing(std::size_t index) const { return things_[index]; }

  std::string sighting(std::size_t index, const std::string& radius) const {
    if (thing(index).is_target) return "target";
    return "world.nearest(\"" + thing(index).name + "\", " + radius + ")";
  }

  std::string test_text(const Condition& condition) const;
  std::string test_words(const Condition& condition) const;
  std::string deed_words(const Action& action) const;
  std::vector<std::string> deed_lines(const Action& action) const;
  std::vector<std::string> cell_lines(const Action& action) const;
  void print_rule(const Rule& rule, std::size_t number_of_rule);

  const std::vector<Thing>& things_;
  std::string out_;
};

std::string Printer::test_text(const Condition& condition) const {
  const std::string a = number(condition.a), b = number(condition.b);
  const auto counted = [&] {
    return "world.count(\"" + thing(condition.thing).name + "\", " + a + ")";
  };
  const auto seen = [&] {
    const std::string what = sighting(condition.thing, a);
    return thing(condition.thing).is_target ? "target and target.distance <= " + a : what;
  };
  switch (condition.test) {
    case Test::kHungry:
      return "self.hunger > " + a;
    case Test::kTired:
      return "self.energy < " + a;
    case Test::kEnergetic:
      return "self.energy > " + a;
    case Test::kHurt:
      return "self.health < " + a;
    case Test::kSees:
      return seen();
    case Test::kMissing:
      return "not (" + seen() + ")";
    case Test::kCrowded:
      return counted() + " > " + b;
    case Test::kSparse:
      return counted() + " <= " + b;
    case Test::kWayClear: {
      const std::string what = sighting(condition.thing, "self.sense_radius");
      if (!thing(condition.thing).is_target) {
        return "world.clear(math.cos(self.heading), math.sin(self.heading), " + a + ") >= " + a;
      }
      return "target and world.clear(target.x - self.x, target.y - self.y, " + a + ") >= " + a;
    }
    case Test::kBlocked:
      return "self.last_move == \"blocked\"";
    case Test::kOftenHere:
      return "visits_of(self, world, self.x, self.y) > " + a;
    case Test::kFresh:
      return "visits_of(self, world, self.x, self.y) <= " + a;
    case Test::kChance:
      return "math.random() < " + a;
  }
  return "true";
}

std::string Printer::test_words(const Condition& condition) const {
  const std::string a = number(condition.a), b = number(condition.b);
  const std::string name = condition.thing < things_.size() ? thing(condition.thing).name : "";
  switch (condition.test) {
    case Test::kHungry:
      return "hungry";
    case Test::kTired:
      return "tired";
    case Test::kEnergetic:
      return "strong";
    case Test::kHurt:
      return "hurt";
    case Test::kSees:
      return name + " within " + a + " m";
    case Test::kMissing:
      return "no " + name + " within " + a + " m";
    case Test::kCrowded:
      return "more than " + b + " " + name + " within " + a + " m";
    case Test::kSparse:
      return "at most " + b + " " + name + " within " + a + " m";
    case Test::kWayClear:
      return thing(condition.thing).is_target ? "the straight way open for " + a + " m"
                                              : "the way ahead open for " + a + " m";
    case Test::kBlocked:
      return "blocked by a wall";
    case Test::kOftenHere:
      return "here more than " + a + " times";
    case Test::kFresh:
      return "here at most " + a + " times";
    case Test::kChance:
      return "now and then";
  }
  return "";
}

std::string Printer::deed_words(const Action& action) const {
  const std::string a = number(action.a);
  const std::string name = action.thing < things_.size() ? thing(action.thing).name : "";
  switch (action.deed) {
    case Deed::kApproach:
      return "go straight toward " + name;
    case Deed::kFlee:
      return "flee from " + name;
    case Deed::kFollowPath:
      return "follow a way toward " + name;
    case Deed::kProspect:
      return "try the most promising cell on the way to " + name;
    case Deed::kEat:
      return "eat " + name + ", going up to " + a + " m for it";
    case Deed::kReproduce:
      return "have a child";
    case Deed::kRest:
      return "rest";
    case Deed::kKeepOn:
      return "keep on while " + a + " m ahead are free";
    case Deed::kWander:
      return "wander";
  }
  return "";
}

// Deeds that go to the centre of a cell.
std::vector<std::string> Printer::cell_lines(const Action& action) const {
  const std::string walk = action.commit ? "begin_step(self, " : "self:move_to(";
  const bool has_thing = action.thing < things_.size();
  const std::string goal = has_thing ? sighting(action.thing, "self.sense_radius") : "nil";
  const std::string a = number(action.a), b = number(action.b);
  if (action.deed == Deed::kProspect) {
    const std::string costs =
        "{visit = " + a + ", hazard = " + b + ", dead_end = " + number(action.c) + "}";
    return {"local costs = " + costs,
            "local x, y = cheapest_neighbor(self, world, " + goal + ", costs)",
            "if x then return " + walk + "x, y) end"};
  }
  std::vector<std::string> lines;
  std::string name = "target";
  if (!thing(action.thing).is_target) {
    name = "goal";
    lines.push_back("local goal = " + goal);
  }
  lines.push_back("local step = " + name + " and world.path_step(" + name + ".x, " + name + ".y, " +
                  a + ")");
  lines.push_back("if step then return " + walk + "step.x, step.y) end");
  return lines;
}

std::vector<std::string> Printer::deed_lines(const Action& action) const {
  const std::string a = number(action.a);
  std::string name = "target";
  std::vector<std::string> lines;
  const auto look = [&](const std::string& radius) {
    if (thing(action.thing).is_target) return;
    name = "found";
    lines.push_back("local found = " + sighting(action.thing, radius));
  };
  switch (action.deed) {
    case Deed::kApproach:
      look("self.sense_radius");
      lines.push_back("if " + name + " then return self:move_to(" + name + ".x, " + name +
                      ".y) end");
      break;
    case Deed::kFlee:
      look(a);
      lines.push_back("if " + name + " then return self:move(self.x - " + name + ".x, self.y - " +
                      name + ".y) end");
      break;
    case Deed::kFollowPath:
    case Deed::kProspect:
      return cell_lines(action);
    case Deed::kEat:
      lines.push_back("local found = world.nearest(\"" + thing(action.thing).name + "\", " + a +
                      ")");
      lines.push_back(std::string("if found and found.distance <= self.reach then") +
                      (action.go_on ? "" : " return") + " self:eat(found) end");
      lines.push_back(
          "if found and found.distance > self.reach then "
          "return self:move_to(found.x, found.y) end");
      break;
    case Deed::kReproduce:
      lines.push_back(action.go_on ? "self:reproduce()" : "return self:reproduce()");
      break;
    case Deed::kRest:
      lines.push_back("return self:rest()");
      break;
    case Deed::kKeepOn:
      lines.push_back("local ahead_x, ahead_y = math.cos(self.heading), math.sin(self.heading)");
      lines.push_back("if world.clear(ahead_x, ahead_y, " + a + ") >= " + a +
                      " then return self:move(ahead_x, ahead_y) end");
      break;
    case Deed::kWander:
      lines.push_back("return self:wander()");
      break;
  }
  return lines;
}

void Printer::print_rule(const Rule& rule, std::size_t number_of_rule) {
  std::string when, words;
  for (const Condition& condition : rule.conditions) {
    if (!when.empty()) when += " and ";
    if (!words.empty()) words += ", ";
    const std::string test = test_text(condition);
    const bool compound = test.find(" and ") != std::string::npos;
    when += compound && rule.conditions.size() > 1 ? "(" + test + ")" : test;
    words += test_words(condition);
  }
  words = words.empty() ? deed_words(rule.action) : words + ": " + deed_words(rule.action);
  out_ += "\n  -- " + std::to_string(number_of_rule) + ". " + words + "\n";
  const bool alone = rule.conditions.empty();
  const std::vector<std::string> lines = deed_lines(rule.action);
  if (alone && lines.size() == 1) {
    out_ += "  " + lines.front() + "\n";
    return;
  }
  out_ += alone ? "  do\n" : "  if " + when + " then\n";
  for (const std::string& line : lines) out_ += "    " + line + "\n";
  out_ += "  end\n";
}

}  // namespace

std::string Grammar::print(const Program& program, const std::vector<std::string>& heading) const {
  return Printer(things_).print(program, heading);
}

}  // namespace cherub::abilities::angel
