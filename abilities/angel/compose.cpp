#include <algorithm>
#include <utility>

#include "abilities/angel/grammar.h"

// Where a search begins: programs with the shape that people give to behaviour.
namespace cherub::abilities::angel {
namespace {

constexpr double kNeedShare = 0.5;       // of the needs that a composed program sees to
constexpr double kConditionShare = 0.4;  // of its purposes that have a condition
constexpr double kRandomShare = 0.2;     // of programs without any shape

Action typical(Deed deed, std::size_t thing, const Scales& scales) {
  Action action;
  action.deed = deed;
  action.thing = thing;
  const std::span<const Measure> measures = measures_of(deed);
  double* const slots[] = {&action.a, &action.b, &action.c};
  for (std::size_t i = 0; i < measures.size(); ++i) *slots[i] = scales.typical(measures[i]);
  return action;
}

Condition typical(Test test, std::size_t thing, const Scales& scales) {
  Condition condition;
  condition.test = test;
  condition.thing = thing;
  const std::span<const Measure> measures = measures_of(test);
  double* const slots[] = {&condition.a, &condition.b};
  for (std::size_t i = 0; i < measures.size(); ++i) *slots[i] = scales.typical(measures[i]);
  return condition;
}

}  // namespace

void Grammar::add_needs_for(std::size_t thing, std::vector<Rule>& rules) const {
  const Thing& about = things_[thing];
  const auto add = [&](Test test, Deed deed) {
    rules.push_back({{typical(test, thing, scales_)}, typical(deed, thing, scales_)});
  };
  if (about.hunter && can(Deed::kFlee) && can(Test::kSees)) add(Test::kSees, Deed::kFlee);
  if (!about.edible) return;
  for (const Deed deed : {Deed::kSnack, Deed::kFetch}) {
    if (suits(deed, about) && can(deed) && can(Test::kHungry)) add(Test::kHungry, deed);
  }
  if (about.item && can(Deed::kSnack)) return;
  for (const Test want : {Test::kHungry, Test::kTired}) {
    if (can(Deed::kEat) && can(want)) add(want, Deed::kEat);
  }
}

// What keeps an agent alive, and brings it home.
std::vector<Rule> Grammar::needs() const {
  std::vector<Rule> rules;
  for (std::size_t i = 0; i < things_.size(); ++i) add_needs_for(i, rules);
  constexpr std::pair<Test, Deed> kNeeds[] = {{Test::kThirsty, Deed::kDrink},
                                              {Test::kHungry, Deed::kForage},
                                              {Test::kHungry, Deed::kPollinate},
                                              {Test::kTired, Deed::kRest},
                                              {Test::kReached, Deed::kGoBack}};
  for (const auto& [test, deed] : kNeeds) {
    if (can(test) && can(deed)) {
      rules.push_back({{typical(test, 0, scales_)}, typical(deed, 0, scales_)});
    }
  }
  return rules;
}

// What an agent may be after.
std::vector<Rule> Grammar::purposes() const {
  std::vector<Rule> rules;
  const auto add_for_things = [&](Deed deed) {
    for (std::size_t i = 0; i < things_.size(); ++i) {
      if (can(deed) && suits(deed, things_[i])) {
        rules.push_back({{}, typical(deed, i, scales_)});
      }
    }
  };
  for (const Deed deed : {Deed::kWay, Deed::kPlan, Deed::kSeek, Deed::kFollowPath, Deed::kProspect,
                          Deed::kEat, Deed::kStore, Deed::kSell, Deed::kWork, Deed::kFetch,
                          Deed::kStrike, Deed::kApproach, Deed::kFlee}) {
    add_for_things(deed);
  }
  for (const Deed deed : {Deed::kExplore, Deed::kSurvey, Deed::kForage, Deed::kPollinate}) {
    if (can(deed)) rules.push_back({{}, typical(deed, 0, scales_)});
  }
  if (can(Deed::kMate) && can(Test::kReady)) {
    rules.push_back({{typical(Test::kReady, 0, scales_)}, typical(Deed::kMate, 0, scales_)});
  }
  if (can(Deed::kReproduce) && can(Test::kEnergetic)) {
    Condition strong = typical(Test::kEnergetic, 0, scales_);
    strong.a = reproduce_energy_;
    rules.push_back({{strong}, typical(Deed::kReproduce, 0, scales_)});
  }
  return rules;
}

// What an agent may do when nothing else is to be done.
std::vector<Action> Grammar::pastimes() const {
  std::vector<Action> actions;
  for (const Deed deed : {Deed::kWander, Deed::kRest, Deed::kStay, Deed::kKeepOn}) {
    if (can(deed)) actions.push_back(typical(deed, 0, scales_));
  }
  return actions;
}

std::vector<Program> Grammar::templates() const {
  std::vector<Program> programs;
  const std::vector<Rule> first = needs();
  const std::vector<Action> idle = pastimes();
  const auto add = [&](const std::vector<Rule>& rules) {
    programs.push_back({first});
    std::vector<Rule>& all = programs.back().rules;
    all.insert(all.end(), rules.begin(), rules.end());
  };
  for (const Rule& purpose : purposes()) {
    if (idle.empty()) {
      add({purpose});
    } else {
      add({purpose, {{}, idle.front()}});
    }
  }
  for (const Action& last : idle) add({{{}, last}});
  return programs;
}

Program Grammar::composed_program(base::RandomStream& random) const {
  if (random.uniform() < kRandomShare) return random_program(random);
  Program program;
  for (Rule& need : needs()) {
    if (random.uniform() < kNeedShare) program.rules.push_back(std::move(need));
  }
  const std::vector<Rule> aims = purposes();
  const std::uint64_t count = aims.empty() ? 0 : 1 + random.below(2);
  for (std::uint64_t i = 0; i < count; ++i) {
    Rule rule = aims[random.below(aims.size())];
    if (random.uniform() < kConditionShare) rule.conditions.push_back(random_condition(random));
    program.rules.push_back(std::move(rule));
  }
  const std::vector<Action> idle = pastimes();
  if (!idle.empty()) program.rules.push_back({{}, idle[random.below(idle.size())]});
  if (program.rules.size() > kRulesMax) program.rules.resize(kRulesMax);
  if (program.rules.empty()) return random_program(random);
  for (const Parameter& constant : parameters(program)) {
    if (random.below(2) == 0) *constant.value = scales_.draw(constant.measure, random);
  }
  return program;
}

}  // namespace cherub::abilities::angel
