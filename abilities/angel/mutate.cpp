#include <algorithm>
#include <cmath>

#include "abilities/angel/grammar.h"

namespace cherub::abilities::angel {
namespace {

constexpr double kCostMax = 100;

// Scales a parameter by up to a factor of about two, or moves a small one, on a grid that reads
// well.
double nudged(double value, double grid, double low, double high, base::RandomStream& random) {
  const double factor = random.uniform(0.5, 2.0);
  const double shift = (random.uniform() < 0.5 ? -1 : 1) * grid;
  const double moved = random.uniform() < 0.5 ? value * factor : value + shift;
  return std::clamp(std::round(moved / grid) * grid, low, high);
}

void nudge_condition(Condition& condition, double sense_radius, base::RandomStream& random) {
  switch (condition.test) {
    case Test::kHungry:
    case Test::kTired:
    case Test::kEnergetic:
    case Test::kHurt:
    case Test::kChance:
      condition.a = nudged(condition.a, 0.05, 0.05, 0.95, random);
      break;
    case Test::kSees:
    case Test::kMissing:
    case Test::kWayClear:
      condition.a = nudged(condition.a, 0.5, 0.5, sense_radius, random);
      break;
    case Test::kCrowded:
    case Test::kSparse:
      condition.a = nudged(condition.a, 0.5, 0.5, sense_radius, random);
      condition.b = nudged(condition.b, 1, 0, 30, random);
      break;
    case Test::kOftenHere:
    case Test::kFresh:
      condition.a = nudged(condition.a, 1, 1, 20, random);
      break;
    case Test::kBlocked:
      break;
  }
}

void nudge_cost(Action& action, base::RandomStream& random) {
  double* const costs[] = {&action.a, &action.b, &action.c};
  double& cost = *costs[random.below(3)];
  // Small steps alone never get from "does not matter" to "never".
  static constexpr double kLeaps[] = {0, 1, 4, 15, 30, 60};
  const bool leaps = random.below(3) == 0;
  cost = leaps ? kLeaps[random.below(6)] : nudged(cost, 0.5, 0, kCostMax, random);
}

void nudge_action(Action& action, double sense_radius, base::RandomStream& random) {
  switch (action.deed) {
    case Deed::kFollowPath:
      action.a = nudged(action.a, 0.5, 0, kCostMax, random);
      break;
    case Deed::kProspect:
      nudge_cost(action, random);
      break;
    case Deed::kFlee:
    case Deed::kEat:
    case Deed::kKeepOn:
      action.a = nudged(action.a, 0.5, 0.5, sense_radius, random);
      break;
    case Deed::kApproach:
    case Deed::kReproduce:
    case Deed::kRest:
    case Deed::kWander:
      break;
  }
}

}  // namespace

void Grammar::nudge(Program& program, base::RandomStream& random) const {
  Rule& rule = program.rules[random.below(program.rules.size())];
  const std::uint64_t part = random.below(rule.conditions.size() + 1);
  if (part < rule.conditions.size()) {
    nudge_condition(rule.conditions[part], sense_radius_, random);
    return;
  }
  const std::uint64_t what = random.below(4);
  if (what == 0) {
    rule.action.commit = !rule.action.commit;
  } else if (what == 1) {
    rule.action.go_on = !rule.action.go_on;
  } else {
    nudge_action(rule.action, sense_radius_, random);
  }
}

void Grammar::mutate_once(Program& program, base::RandomStream& random) const {
  std::vector<Rule>& rules = program.rules;
  const std::uint64_t at = random.below(rules.size());
  const auto place = rules.begin() + static_cast<std::ptrdiff_t>(at);
  switch (random.below(12)) {
    case 0:
    case 1:
    case 2:  // a new rule somewhere
      if (rules.size() < kRulesMax) {
        const std::uint64_t slot = random.below(rules.size() + 1);
        rules.insert(rules.begin() + static_cast<std::ptrdiff_t>(slot), random_rule(random));
      }
      break;
    case 3:  // one rule less
      if (rules.size() > 1) rules.erase(place);
      break;
    case 4:  // another priority
      std::swap(rules[at], rules[random.below(rules.size())]);
      break;
    case 5:  // another action under the same conditions
      place->action = random_action(random);
      break;
    case 6:  // a condition more
      if (place->conditions.size() < kConditionsMax) {
        place->conditions.push_back(random_condition(random));
      }
      break;
    case 7:  // a condition less
      if (!place->conditions.empty()) {
        const std::uint64_t gone = random.below(place->conditions.size());
        place->conditions.erase(place->conditions.begin() + static_cast<std::ptrdiff_t>(gone));
      }
      break;
    case 8:  // the same action, about another thing
      place->action.thing = random_thing(place->action.deed, random);
      break;
    default:
      nudge(program, random);
  }
}

Program Grammar::mutated(const Program& program, base::RandomStream& random) const {
  Program child = program;
  if (child.rules.empty()) return random_program(random);
  const std::uint64_t changes = 1 + random.below(3);
  for (std::uint64_t i = 0; i < changes; ++i) mutate_once(child, random);
  return child;
}

Program Grammar::crossed(const Program& upper, const Program& lower,
                         base::RandomStream& random) const {
  Program child;
  const std::uint64_t upper_rules = 1 + random.below(std::max<std::size_t>(1, upper.rules.size()));
  const std::uint64_t lower_from = random.below(lower.rules.size() + 1);
  for (std::size_t i = 0; i < upper_rules && i < upper.rules.size(); ++i) {
    child.rules.push_back(upper.rules[i]);
  }
  for (std::size_t i = lower_from; i < lower.rules.size(); ++i) {
    if (child.rules.size() < kRulesMax) child.rules.push_back(lower.rules[i]);
  }
  return child;
}

std::vector<Program> Grammar::shortened(const Program& program) const {
  std::vector<Program> shorter;
  for (std::size_t i = 0; i < program.rules.size() && program.rules.size() > 1; ++i) {
    Program without = program;
    without.rules.erase(without.rules.begin() + static_cast<std::ptrdiff_t>(i));
    shorter.push_back(std::move(without));
  }
  for (std::size_t i = 0; i < program.rules.size(); ++i) {
    for (std::size_t k = 0; k < program.rules[i].conditions.size(); ++k) {
      Program without = program;
      auto& conditions = without.rules[i].conditions;
      conditions.erase(conditions.begin() + static_cast<std::ptrdiff_t>(k));
      shorter.push_back(std::move(without));
    }
  }
  return shorter;
}

}  // namespace cherub::abilities::angel
