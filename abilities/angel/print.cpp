#include <algorithm>
#include <sstream>

#include "abilities/angel/constants.h"
#include "abilities/angel/grammar.h"
#include "abilities/angel/lua_helpers.h"
#include "abilities/angel/village_lines.h"
#include "abilities/angel/wording.h"
#include "abilities/angel/world_lines.h"

// Programs as Lua that people read.
namespace cherub::abilities::angel {
namespace {

constexpr std::size_t kLineMax = 100;  // columns

// A comment within act, its words on as many lines as they need.
std::string comment_of(const std::string& words) {
  std::string text, line = "  --";
  std::istringstream in(words);
  for (std::string word; in >> word;) {
    if (line.size() + 1 + word.size() > kLineMax) {
      text += line + "\n";
      line = "  --   ";
    }
    line += " " + word;
  }
  return text + line;
}

CostTerms& operator|=(CostTerms& terms, const CostTerms& more) {
  terms.used |= more.used;
  terms.visits |= more.visits;
  terms.hazards |= more.hazards;
  terms.dead_ends |= more.dead_ends;
  terms.goal |= more.goal;
  terms.avoid |= more.avoid;
  return terms;
}

// Writes one program. Holds what all of its parts look at.
class Printer {
 public:
  Printer(const std::vector<Thing>& things, const Program& program)
      : things_(things), program_(program) {
    for (const Rule& rule : program.rules) note_needs(rule);
  }

  std::string print(const std::vector<std::string>& heading);

 private:
  void note_needs(const Rule& rule);
  [[nodiscard]] bool is_target(std::size_t thing) const {
    return thing < things_.size() && things_[thing].is_target;
  }
  [[nodiscard]] bool has_target() const {
    return std::any_of(things_.begin(), things_.end(),
                       [](const Thing& thing) { return thing.is_target; });
  }
  [[nodiscard]] CostTerms terms_of(const Action& action) const;
  [[nodiscard]] std::string name_of(std::size_t thing) const {
    return thing < things_.size() ? things_[thing].name : "";
  }

  std::string constant(const std::string& wanted, double value, const std::string& meaning) {
    return constants_.name(wanted, value, meaning);
  }
  [[nodiscard]] std::string sighting(std::size_t thing, const std::string& radius) const {
    return is_target(thing) ? "target"
                            : "world.nearest(\"" + name_of(thing) + "\", " + radius + ")";
  }
  [[nodiscard]] std::string first_lines() const;
  std::string near_text(const Condition& condition);
  std::string count_text(const Condition& condition);
  std::string way_text(const Condition& condition);
  std::string test_text(const Condition& condition);
  std::vector<std::string> cost_entries(const Action& action);
  std::vector<std::string> step_lines(const Action& action);
  std::vector<std::string> path_lines(const Action& action);
  std::vector<std::string> plan_lines(const Action& action);
  std::vector<std::string> eat_lines(const Action& action);
  std::vector<std::string> deed_lines(const Action& action);
  std::string condition_text(const Rule& rule);
  std::string rule_text(const Rule& rule, std::size_t number);

  const std::vector<Thing>& things_;
  const Program& program_;
  HelperNeeds needs_;
  bool needs_target_ = false, needs_reached_ = false, needs_home_ = false;
  Constants constants_;
};

CostTerms Printer::terms_of(const Action& action) const {
  CostTerms terms;
  const Deed deed = action.deed;
  if (deed != Deed::kProspect && deed != Deed::kSeek && deed != Deed::kExplore) return terms;
  terms.used = true;
  terms.visits = (deed == Deed::kProspect ? action.a : action.b) > 0;
  terms.hazards = (deed == Deed::kProspect ? action.b : action.a) > 0;
  terms.dead_ends = deed == Deed::kProspect && action.c > 0;
  terms.goal =
      !things_.empty() && (deed == Deed::kProspect || (deed == Deed::kSeek && action.c > 0));
  terms.avoid = deed == Deed::kExplore && has_target();
  return terms;
}

void Printer::note_needs(const Rule& rule) {
  for (const Condition& condition : rule.conditions) {
    const Test test = condition.test;
    needs_.visits |= test == Test::kOftenHere || test == Test::kFresh;
    const bool counts = test == Test::kCrowded || test == Test::kSparse;
    needs_target_ |= names_thing(test) && !counts && is_target(condition.thing);
    needs_reached_ |= test == Test::kReached;
  }
  const Action& action = rule.action;
  const CostTerms terms = terms_of(action);
  if (action.deed == Deed::kPlan) {
    needs_.plan |= CostTerms{.used = true, .hazards = action.a > 0};
  }
  (action.deed == Deed::kProspect ? needs_.neighbor : needs_.sight) |= terms;
  needs_.steps |= goes_to_cell(action.deed);
  needs_home_ |= action.deed == Deed::kGoBack;
  const bool looks = names_thing(action.deed) && (!terms.used || terms.goal);
  needs_target_ |= terms.avoid || needs_reached_ || (looks && is_target(action.thing));
}

std::string Printer::print(const std::vector<std::string>& heading) {
  std::string rules;
  bool step_finished = false;
  for (std::size_t i = 0; i < program_.rules.size(); ++i) {
    const Rule& rule = program_.rules[i];
    if (goes_to_cell(rule.action.deed) && !step_finished) {
      rules +=
          "\n  -- Finish the step that was begun.\n"
          "  if in_step(self) then\n"
          "    return self:move_to(self.memory.step_x, self.memory.step_y)\n"
          "  end\n";
      step_finished = true;
    }
    rules += rule_text(rule, i + 1);
    if (ends_act(rule)) break;  // nothing below is ever reached
  }
  std::string out;
  for (const std::string& line : heading) out += "-- " + line + "\n";
  out += "local policy = {}\n\n" + constants_.text() + lua_helpers(needs_);
  const std::string first = first_lines();
  if (first.empty()) rules.erase(0, 1);  // the empty line in front of the first rule
  return out + "function policy.act(self, world)\n" + first + rules + "end\n\nreturn policy\n";
}

// What act begins with, whatever rule has its turn.
std::string Printer::first_lines() const {
  std::string lines;
  if (counts_visits(needs_)) lines += "  count_visit(self, world)\n";
  if (needs_target_) lines += "  local target = world.target()\n";
  if (needs_home_) {
    lines += "  self.memory.home = self.memory.home or {x = self.x, y = self.y, z = self.z}\n";
  }
  if (needs_reached_) {
    lines += "  if target and target.distance <= self.reach then self.memory.reached = true end\n";
  }
  return lines;
}

std::string Printer::near_text(const Condition& condition) {
  const std::string name = name_of(condition.thing);
  const std::string radius =
      constant(name + "_near", condition.a, "m; a " + name + " within it is near");
  const std::string seen = is_target(condition.thing) ? "target and target.distance <= " + radius
                                                      : sighting(condition.thing, radius);
  return condition.test == Test::kSees ? seen : "not (" + seen + ")";
}

std::string Printer::count_text(const Condition& condition) {
  const std::string name = name_of(condition.thing);
  const std::string radius =
      constant(name + "_crowd_radius", condition.a, "m; where crowds of " + name + " are counted");
  const std::string crowd = constant(name + "_crowd", condition.b, "more of them are a crowd");
  const std::string relation = condition.test == Test::kCrowded ? " > " : " <= ";
  return "world.count(\"" + name + "\", " + radius + ")" + relation + crowd;
}

std::string Printer::way_text(const Condition& condition) {
  const std::string free = constant("free_way", condition.a, "m without a wall make a free way");
  if (!is_target(condition.thing)) {
    return "world.clear(math.cos(self.heading), math.sin(self.heading), " + free + ") >= " + free;
  }
  return "target and world.clear(target.x - self.x, target.y - self.y, " + free + ") >= " + free;
}

std::string Printer::test_text(const Condition& condition) {
  const double a = condition.a;
  switch (condition.test) {
    case Test::kHungry:
      return "self.hunger > " + constant("hungry", a, "hunger: 0 is fed, 1 starves");
    case Test::kTired:
      return "self.energy < " + constant("tired", a, "energy, 0 … 1: less is tired");
    case Test::kEnergetic:
      return "self.energy > " + constant("strong", a, "energy, 0 … 1: more is strong");
    case Test::kHurt:
      return "self.health < " + constant("hurt", a, "health, 0 … 1: less is hurt");
    case Test::kSees:
    case Test::kMissing:
      return near_text(condition);
    case Test::kCrowded:
    case Test::kSparse:
      return count_text(condition);
    case Test::kWayClear:
      return way_text(condition);
    case Test::kBlocked:
      return "self.last_move == \"blocked\"";
    case Test::kOftenHere:
    case Test::kFresh:
      return "visits_of(self, world, self.x, self.y)" +
             std::string(condition.test == Test::kOftenHere ? " > " : " <= ") +
             constant("few_visits", a, "times in a cell; more are often");
    case Test::kChance:
      return "math.random() < " + constant("chance", a, "of each tick");
    case Test::kLate:
      return "world.time > " + constant("late", a, "s since the world began");
    case Test::kEarly:
      return "world.time < " + constant("early", a, "s since the world began");
    case Test::kThirsty:
      return "self.thirst > " + constant("thirsty", a, "thirst: 0 is none, 1 the most");
    case Test::kReady:
      return "self.drive > " + constant("ready", a, "drive to have young, 0 … 1: more is ready");
    case Test::kReached:
      return "self.memory.reached";
    case Test::kRole:
      return "self.role == \"" + name_of(condition.thing) + "\"";
  }
  return "true";
}

// The table that tells a search for a cell what counts.
std::vector<std::string> Printer::cost_entries(const Action& action) {
  const CostTerms terms = terms_of(action);
  const bool near = action.deed == Deed::kProspect;
  // What other rules let the same search weigh counts nothing here.
  const CostTerms& weighed = near ? needs_.neighbor : needs_.sight;
  std::vector<std::string> entries;
  const auto add = [&entries](std::string entry) { entries.push_back(std::move(entry)); };
  if (terms.goal) add("goal = " + sighting(action.thing, "self.sense_radius"));
  if (terms.avoid) add("avoid = target");
  if (terms.visits) {
    const std::string unit = near ? "m" : "steps";
    add("visit = " +
        constant("visit_cost", near ? action.a : action.b, unit + " that an earlier visit counts"));
  } else if (weighed.visits) {
    add("visit = 0");
  }
  if (terms.hazards) {
    const std::string unit = near ? "m" : "steps";
    add("hazard = " +
        constant("hazard_cost", near ? action.b : action.a, unit + " that a hazard counts"));
  } else if (weighed.hazards) {
    add("hazard = 0");
  }
  if (terms.dead_ends) {
    add("dead_end = " + constant("dead_end_cost", action.c, "m that a dead end counts"));
  } else if (weighed.dead_ends) {
    add("dead_end = 0");
  }
  if (terms.goal && !near) {
    add("distance = " +
        constant("distance_cost", action.c, "steps that a metre to the goal counts"));
  }
  return entries;
}

// Deeds that search for a cell.
std::vector<std::string> Printer::step_lines(const Action& action) {
  const std::string search =
      action.deed == Deed::kProspect ? "cheapest_neighbor" : "step_to_cheapest";
  std::vector<std::string> lines;
  const std::vector<std::string> costs = cost_entries(action);
  std::string all;
  for (const std::string& cost : costs) all += (all.empty() ? "" : ", ") + cost;
  if (all.size() < kLineMax - 24) {
    lines.push_back("local costs = {" + all + "}");
  } else {
    lines.push_back("local costs = {");
    for (const std::string& cost : costs) lines.push_back("  " + cost + ",");
    lines.push_back("}");
  }
  lines.push_back("local x, y = " + search + "(self, world, costs)");
  lines.push_back("if x then return begin_step(self, x, y) end");
  return lines;
}

std::vector<std::string> Printer::path_lines(const Action& action) {
  std::vector<std::string> lines;
  std::string name = "target";
  if (!is_target(action.thing)) {
    name = "goal";
    lines.push_back("local goal = " + sighting(action.thing, "self.sense_radius"));
  }
  const std::string cost = constant("hazard_cost", action.a, "steps that a hazard counts");
  lines.push_back("local step = " + name + " and world.path_step(" + name + ".x, " + name + ".y, " +
                  cost + ")");
  lines.push_back("if step then return begin_step(self, step.x, step.y) end");
  return lines;
}

std::vector<std::string> Printer::plan_lines(const Action& action) {
  std::vector<std::string> lines;
  std::string name = "target";
  if (!is_target(action.thing)) {
    name = "goal";
    lines.push_back("local goal = " + sighting(action.thing, "self.sense_radius"));
  }
  std::string rest = ")";
  if (needs_.plan.hazards) {
    rest = ", " + constant("hazard_cost", action.a, "steps that a hazard counts") + ")";
  }
  lines.push_back("if " + name + " then");
  lines.push_back("  local x, y = planned_step(self, world, " + name + rest);
  lines.push_back("  if x then return begin_step(self, x, y) end");
  lines.push_back("end");
  return lines;
}

std::vector<std::string> Printer::eat_lines(const Action& action) {
  const std::string name = name_of(action.thing);
  const std::string radius =
      constant(name + "_radius", action.a, "m that it goes for " + name + " at most");
  if (!action.go_on) {
    return {"local found = world.nearest(\"" + name + "\", " + radius + ")",
            "if found and found.distance <= self.reach then return self:eat(found) end",
            "if found then return self:move_to(found.x, found.y) end"};
  }
  return {"local found = world.nearest(\"" + name + "\", " + radius + ")",
          "if found and found.distance <= self.reach then",
          "  self:eat(found)  -- and go on to choose a movement",
          "elseif found then",
          "  return self:move_to(found.x, found.y)",
          "end"};
}

std::vector<std::string> Printer::deed_lines(const Action& action) {
  const std::string thing = name_of(action.thing);
  switch (action.deed) {
    case Deed::kApproach:
      if (is_target(action.thing)) {
        return {"if target then return self:move_to(target.x, target.y) end"};
      }
      return {"local found = " + sighting(action.thing, "self.sense_radius"),
              "if found then return self:move_to(found.x, found.y) end"};
    case Deed::kFlee: {
      const std::string radius =
          constant(thing + "_distance", action.a, "m to keep from every " + thing);
      if (is_target(action.thing)) {
        return {"if target and target.distance < " + radius + " then",
                "  return self:move(self.x - target.x, self.y - target.y)", "end"};
      }
      return {"local found = " + sighting(action.thing, radius),
              "if found then return self:move(self.x - found.x, self.y - found.y) end"};
    }
    case Deed::kFollowPath:
      return path_lines(action);
    case Deed::kProspect:
    case Deed::kSeek:
    case Deed::kExplore:
      return step_lines(action);
    case Deed::kPlan:
      return plan_lines(action);
    case Deed::kEat:
      return eat_lines(action);
    case Deed::kReproduce:
      return {action.go_on ? "self:reproduce()" : "return self:reproduce()"};
    case Deed::kRest:
      return {"return self:rest()"};
    case Deed::kKeepOn: {
      const std::string free = constant("free_ahead", action.a, "m that must be free ahead");
      return {"local ahead_x, ahead_y = math.cos(self.heading), math.sin(self.heading)",
              "if world.clear(ahead_x, ahead_y, " + free + ") >= " + free + " then",
              "  return self:move(ahead_x, ahead_y)", "end"};
    }
    case Deed::kWander:
      return {"return self:wander()"};
    case Deed::kStay:
      return {"return self:idle()"};
    case Deed::kWork:
    case Deed::kStore:
    case Deed::kFetch:
    case Deed::kSnack:
    case Deed::kSell:
    case Deed::kStrike:
      return village_lines(action, things_[action.thing], constants_);
    case Deed::kWay:
    case Deed::kSurvey:
    case Deed::kGoBack:
    case Deed::kDrink:
    case Deed::kForage:
    case Deed::kMate:
    case Deed::kPollinate:
      return world_lines(action, constants_);
  }
  return {};
}

std::string Printer::condition_text(const Rule& rule) {
  std::vector<std::string> tests;
  std::size_t size = 0;
  for (const Condition& condition : rule.conditions) {
    std::string test = test_text(condition);
    const bool compound = test.find(" and ") != std::string::npos && !test.starts_with("not");
    if (compound && rule.conditions.size() > 1) test = "(" + test + ")";
    size += test.size();
    tests.push_back(std::move(test));
  }
  const std::string_view between = size > kLineMax - 24 ? " and\n      " : " and ";
  std::string text;
  for (const std::string& test : tests) text += (text.empty() ? "" : std::string(between)) + test;
  return text;
}

std::string Printer::rule_text(const Rule& rule, std::size_t number) {
  const std::string when = condition_text(rule);
  const std::vector<std::string> lines = deed_lines(rule.action);
  std::string out =
      "\n" + comment_of(std::to_string(number) + ". " + rule_words(rule, things_)) + "\n";
  const bool alone = rule.conditions.empty();
  if (alone && lines.size() == 1) return out + "  " + lines.front() + "\n";
  out += alone ? "  do\n" : "  if " + when + " then\n";
  for (const std::string& line : lines) out += "    " + line + "\n";
  return out + "  end\n";
}

}  // namespace

std::string Grammar::print(const Program& program, const std::vector<std::string>& heading) const {
  return Printer(things_, program).print(heading);
}

}  // namespace cherub::abilities::angel
