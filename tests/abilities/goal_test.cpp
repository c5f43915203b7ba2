#include "abilities/goal.h"

#include <catch2/catch.hpp>

namespace cherub::abilities {
namespace {

struct Row {
  const char* scenario;
  const char* goal;
  const char* metric;
  bool more;  // than the scenario's own weight; else the wish is turned around
};

constexpr Row kRows[] = {
    {"maze", "reach the target safely", "reached", true},
    {"maze", "reach the target safely", "damage", true},
    {"maze", "Get there FAST!", "time_to_goal", true},
    {"maze", "arrive quickly", "time_to_goal", true},
    {"maze", "find the exit without collisions", "collisions", true},
    {"maze", "avoid hazards", "damage", true},
    {"maze", "as few bumps as possible", "collisions", true},
    {"maze", "as many collisions as possible", "collisions", false},
    {"maze", "explore everything", "coverage", true},
    {"maze", "reach it without exploring", "coverage", false},
    {"maze", "stay away from hazards and still arrive", "damage", true},
    {"maze", "stay away from hazards and still arrive", "reached", true},
    {"maze", "walk as little as possible", "path_length", true},
    {"pasture", "keep the herd fed and growing", "population", true},
    {"pasture", "keep the herd fed and growing", "hunger_mean", true},
    {"pasture", "no deaths", "survival", true},
    {"pasture", "nobody may die", "survival", true},
    {"pasture", "let them die", "survival", false},
    {"pasture", "walk little", "path_length", true},
    {"pasture", "walk as little as possible", "path_length", true},
    {"pasture", "walk much", "path_length", false},
    {"pasture", "eat little and survive", "food", false},
    {"pasture", "eat little and survive", "survival", true},
    {"pasture", "get exhausted rarely", "path_length", true},
    {"pasture", "a small population", "population", false},
    {"pasture", "keep the herd small", "population", false},
    {"pasture", "a large population", "population", true},
    {"pasture", "at least ten offspring", "offspring", true},
    {"pasture", "not only survive, but have children", "survival", true},
    {"pasture", "not only survive, but have children", "offspring", true},
    {"pasture", "no fewer births than deaths", "offspring", true},
    {"pasture", "stay alive without having children", "offspring", false},
    {"pasture", "have many offspring", "offspring", true},
};

double weight(const Objective& objective, const engine::Scenario& scenario, const char* name) {
  for (std::size_t i = 0; i < scenario.metrics.size(); ++i) {
    if (scenario.metrics[i].name == name) return objective.weights[i];
  }
  return 0;
}

}  // namespace

TEST_CASE("a goal's words become weights of metrics") {
  for (const Row& row : kRows) {
    CAPTURE(row.scenario, row.goal, row.metric);
    const auto scenario = engine::builtin_scenario(row.scenario);
    REQUIRE(scenario);
    const auto objective = understand(row.goal, *scenario);
    REQUIRE(objective);
    const double own = weight(default_objective(*scenario), *scenario, row.metric);
    const double wished = weight(*objective, *scenario, row.metric);
    if (row.more) {
      CHECK(wished > own);
    } else {
      CHECK(wished < 0);
    }
  }
}

TEST_CASE("what a goal is about can be told in a few words") {
  const auto maze = engine::builtin_scenario("maze");
  const auto pasture = engine::builtin_scenario("pasture");
  const auto told = [](const char* goal, const engine::Scenario& scenario) {
    return aims_text(*understand(goal, scenario), scenario);
  };
  CHECK(told("reach the target safely", *maze) == "more reached, less damage");
  CHECK(told("as many collisions as possible", *maze) == "more collisions");
  CHECK(told("a small herd, and nobody starves", *pasture) == "less population, less starved");
  CHECK(aims_text({std::vector<double>(maze->metrics.size()), 0.5, {}, ""}, *maze).empty());
}

TEST_CASE("success counts for less where the goal is about something else") {
  const auto maze = engine::builtin_scenario("maze");
  const auto share = [&](const char* goal) { return understand(goal, *maze)->success_share; };
  CHECK(share("reach the target") == default_objective(*maze).success_share);
  CHECK(share("touch few walls") < share("reach the target"));
  CHECK(share("never find the exit") == 0);
}

TEST_CASE("what a goal does not name keeps the scenario's weight") {
  const auto scenario = engine::builtin_scenario("maze");
  const auto objective = understand("reach the target", *scenario);
  REQUIRE(objective);
  CHECK(weight(*objective, *scenario, "damage") ==
        weight(default_objective(*scenario), *scenario, "damage"));
}

TEST_CASE("wishes of another kind replace the scenario's own for the most part") {
  const auto scenario = engine::builtin_scenario("maze");
  const auto objective = understand("explore as much as you can", *scenario);
  REQUIRE(objective);
  CHECK(weight(*objective, *scenario, "coverage") > 5 * weight(*objective, *scenario, "reached"));
  CHECK(objective->success_share < 0.1);
}

TEST_CASE("a wish of another kind stays one beside a wish of the scenario's") {
  const auto scenario = engine::builtin_scenario("maze");
  const auto explore = understand("explore everything, but never get hurt", *scenario);
  const auto both = understand("explore everything, then reach the target", *scenario);
  REQUIRE(explore);
  REQUIRE(both);
  CHECK(weight(*explore, *scenario, "damage") > 10 * weight(*explore, *scenario, "reached"));
  CHECK(weight(*explore, *scenario, "time_to_goal") < weight(*both, *scenario, "time_to_goal"));
  CHECK(explore->success_share < both->success_share);
}

TEST_CASE("nonsense is answered with what is understood") {
  const auto scenario = engine::builtin_scenario("maze");
  for (const char* goal : {"", "bake a chocolate cake", "!!!", "42"}) {
    CAPTURE(goal);
    const auto objective = understand(goal, *scenario);
    REQUIRE_FALSE(objective);
    CHECK(objective.error().code == base::ErrorCode::kInvalidArgument);
    CHECK(objective.error().message.find("time_to_goal (fast") != std::string::npos);
    CHECK(objective.error().message.find("reach the target safely") != std::string::npos);
  }
}

TEST_CASE("a goal may be long, but not endless") {
  const auto scenario = engine::builtin_scenario("maze");
  std::string goal = "reach ";
  goal += std::string(kGoalBytesMax - goal.size(), 'x');
  CHECK(understand(goal, *scenario));
  CHECK_FALSE(understand(goal + "x", *scenario));
}

TEST_CASE("the example goals of the scenarios are understood") {
  for (const std::string& name : engine::builtin_scenario_names()) {
    const auto scenario = engine::builtin_scenario(name);
    REQUIRE(scenario);
    for (const std::string& goal : scenario->goals) {
      CAPTURE(name, goal);
      CHECK(understand(goal, *scenario));
    }
  }
}

TEST_CASE("words lose their endings") {
  CHECK(goal_words("Quickly, quick") == std::vector<std::string>{"quick", "quick"});
  CHECK(goal_words("running runs run") == std::vector<std::string>{"run", "run", "run"});
  CHECK(goal_words("babies baby") == std::vector<std::string>{"baby", "baby"});
  CHECK(goal_words("class") == std::vector<std::string>{"class"});
}

}  // namespace cherub::abilities
