#include <algorithm>

#include "abilities/angel/grammar.h"

// The same behaviour in fewer words, and what may be.
namespace cherub::abilities::angel {
namespace {

// What means nothing for a word is not set, so that equal programs have equal texts.
void clear_idle(Condition& condition) {
  const std::size_t used = measures_of(condition.test).size();
  if (used < 2) condition.b = 0;
  if (used < 1) condition.a = 0;
  if (!names_thing(condition.test)) condition.thing = 0;
}

void clear_idle(Action& action) {
  const std::size_t used = measures_of(action.deed).size();
  if (used < 3) action.c = 0;
  if (used < 2) action.b = 0;
  if (used < 1) action.a = 0;
  if (!names_thing(action.deed)) action.thing = 0;
  action.go_on = action.go_on && uses_ability(action.deed);
}

void drop_repeated(std::vector<Condition>& conditions) {
  for (std::size_t i = 0; i < conditions.size(); ++i) {
    const auto from = conditions.begin() + static_cast<std::ptrdiff_t>(i) + 1;
    conditions.erase(std::remove(from, conditions.end(), conditions[i]), conditions.end());
  }
}

// Whether a rule comes to its turn only where a rule above it, with the same action, had nothing to
// do: then it has nothing to do either.
bool repeats(const Rule& rule, const Rule& above) {
  if (rule.action != above.action || above.action.go_on) return false;
  return std::all_of(above.conditions.begin(), above.conditions.end(), [&](const Condition& asked) {
    return asked.test != Test::kChance && std::find(rule.conditions.begin(), rule.conditions.end(),
                                                    asked) != rule.conditions.end();
  });
}

void drop_repeated(std::vector<Rule>& rules) {
  for (std::size_t i = 0; i < rules.size(); ++i) {
    const auto below = rules.begin() + static_cast<std::ptrdiff_t>(i) + 1;
    rules.erase(std::remove_if(below, rules.end(),
                               [&](const Rule& rule) { return repeats(rule, rules[i]); }),
                rules.end());
  }
}

void add_without_parts(const Program& program, std::vector<Program>& out) {
  for (std::size_t i = 0; i < program.rules.size() && program.rules.size() > 1; ++i) {
    Program without = program;
    without.rules.erase(without.rules.begin() + static_cast<std::ptrdiff_t>(i));
    out.push_back(std::move(without));
  }
  for (std::size_t i = 0; i < program.rules.size(); ++i) {
    for (std::size_t k = 0; k < program.rules[i].conditions.size(); ++k) {
      Program without = program;
      auto& conditions = without.rules[i].conditions;
      conditions.erase(conditions.begin() + static_cast<std::ptrdiff_t>(k));
      out.push_back(std::move(without));
    }
  }
}

// Without go_on.
void add_without_flags(const Program& program, std::vector<Program>& out) {
  for (std::size_t i = 0; i < program.rules.size(); ++i) {
    if (!program.rules[i].action.go_on) continue;
    out.push_back(program);
    out.back().rules[i].action.go_on = false;
  }
}

void add_rounded(const Program& program, const Scales& scales, std::vector<Program>& out) {
  Program copy = program;
  const std::vector<Parameter> constants = Grammar::parameters(copy);
  for (const Parameter& constant : constants) {
    const double exact = *constant.value;
    const double round = scales.rounded(constant.measure, exact);
    // Costs that do not matter are best left out.
    const bool cost = constant.measure == Measure::kCost;
    for (const double plain : {cost ? 0.0 : round, round}) {
      if (plain == exact) continue;
      *constant.value = plain;
      out.push_back(copy);
      *constant.value = exact;
    }
  }
}

}  // namespace

bool ends_act(const Rule& rule) {
  const Deed deed = rule.action.deed;
  const bool always = deed == Deed::kWander || deed == Deed::kRest || deed == Deed::kStay ||
                      (deed == Deed::kReproduce && !rule.action.go_on);
  return rule.conditions.empty() && always;
}

Program Grammar::normalised(Program program) const {
  for (Rule& rule : program.rules) {
    for (Condition& condition : rule.conditions) clear_idle(condition);
    clear_idle(rule.action);
    drop_repeated(rule.conditions);
  }
  const auto last = std::find_if(program.rules.begin(), program.rules.end(), ends_act);
  if (last != program.rules.end()) program.rules.erase(last + 1, program.rules.end());
  drop_repeated(program.rules);
  // Standing still is what happens anyway.
  while (program.rules.size() > 1 && program.rules.back().action.deed == Deed::kStay) {
    program.rules.pop_back();
  }
  return program;
}

std::vector<Program> Grammar::simplified(const Program& program) const {
  std::vector<Program> plainer;
  add_without_parts(program, plainer);
  add_without_flags(program, plainer);
  add_rounded(program, scales_, plainer);
  return plainer;
}

}  // namespace cherub::abilities::angel
