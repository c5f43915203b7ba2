#include <catch2/catch.hpp>

#include "goal_trial.h"
#include "scripting/checker.h"

namespace cherub::goals {
namespace {

TrialOptions some_seeds() {
  TrialOptions options;
  options.request.threads = 2;
  options.held_out = 8;
  return options;
}

}  // namespace

TEST_CASE("policies by hand meet their goals better than a greedy one and than wandering") {
  const auto goals = read_references(CHERUB_GOALS_DIR);
  if (!goals) FAIL(goals.error().text());
  CHECK(goals->size() >= 10);
  for (const GoalCase& goal : *goals) {
    CAPTURE(goal.scenario, goal.goal, goal.reference);
    const auto scenario = engine::builtin_scenario(goal.scenario);
    REQUIRE(scenario);
    for (const auto& [name, source] : {std::pair{goal.reference, goal.reference_source},
                                       {goal.baseline, goal.baseline_source}}) {
      const auto report = scripting::check_policy(name, source, &*scenario);
      CAPTURE(name);
      CHECK(report.ok());
    }
    const auto trial = try_reference(goal, some_seeds());
    REQUIRE(trial);
    CHECK(trial->reference.aggregate.faults == 0);
    CHECK(trial->greedy.aggregate.faults == 0);
    CHECK(trial->over_greedy.low > 0);
    CHECK(trial->over_walker.low > 0);
  }
}

}  // namespace cherub::goals
