#include <algorithm>

#include "abilities/angel/grammar.h"

namespace cherub::abilities::angel {
void Grammar::nudge(Program& program, base::RandomStream& random) const {
  const std::vector<Parameter> constants = parameters(program);
  if (constants.empty() || random.below(4) == 0) {
    bool& go_on = program.rules[random.below(program.rules.size())].action.go_on;
    go_on = !go_on;
    return;
  }
  const Parameter& constant = constants[random.below(constants.size())];
  *constant.value = scales_.nudged(constant.measure, *constant.value, random);
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
  if (child.rules.empty()) return composed_program(random);
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

}  // namespace cherub::abilities::angel
