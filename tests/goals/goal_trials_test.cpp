#include <catch2/catch.hpp>
#include <filesystem>

#include "abilities/evaluation.h"
#include "abilities/goal.h"
#include "abilities/search.h"
#include "abilities/seeds.h"
#include "goal_trial.h"
#include "scripting/checker.h"

namespace cherub::goals {
namespace {

std::vector<GoalCase> all_goals() {
  auto goals = read_goals(CHERUB_GOALS_DIR);
  REQUIRE(goals);
  return std::move(*goals);
}

const GoalCase& find_goal(const std::vector<GoalCase>& goals, const std::string& text) {
  for (const GoalCase& goal : goals) {
    if (goal.goal == text) return goal;
  }
  FAIL("no goal is " + text);
  return goals.front();
}

std::size_t metric_at(const engine::Scenario& scenario, const std::string& name) {
  std::size_t at = 0;
  while (at < scenario.metrics.size() && scenario.metrics[at].name != name) ++at;
  REQUIRE(at < scenario.metrics.size());
  return at;
}

// A search that takes seconds.
TrialOptions small_options(const std::string& scenario, const std::string& folder) {
  TrialOptions options;
  options.request.runs_dir = folder;
  options.request.threads = 2;
  options.request.iterations = 2;
  options.request.candidates = 32;
  options.request.episodes = scenario == "maze" ? 4 : 3;
  options.held_out = scenario == "maze" ? 32 : 8;
  return options;
}

Trial small_trial(const GoalCase& goal) {
  const auto folder = std::filesystem::temp_directory_path() / "cherub-goal-trials";
  const auto trial = try_goal(goal, small_options(goal.scenario, folder.string()), {});
  std::filesystem::remove_all(folder);
  REQUIRE(trial);
  return *trial;
}

// What the first agent did in every tick, and what the episode came to.
std::string course_of(const abilities::EpisodeResult& episode) {
  std::string course = episode.steps_jsonl + episode.end_reason;
  for (const double metric : episode.metrics) course += " " + std::to_string(metric);
  for (const std::uint64_t count : episode.receipts) course += " " + std::to_string(count);
  return course;
}

// The policy without one of its rules, for each that is not the only one. A rule is a paragraph of
// act that begins with its number.
std::vector<std::string> without_each_rule(const std::string& source) {
  std::vector<std::size_t> begins;
  for (std::size_t number = 1;; ++number) {
    const std::size_t at = source.find("\n  -- " + std::to_string(number) + ". ");
    if (at == std::string::npos) break;
    begins.push_back(at);
  }
  REQUIRE_FALSE(begins.empty());
  std::vector<std::string> shorter;
  for (std::size_t i = 0; i < begins.size() && begins.size() > 1; ++i) {
    std::size_t end = source.find("\nend\n\nreturn policy", begins[i]);
    end = std::min(end, source.find("\n\n  -- ", begins[i] + 1));
    shorter.push_back(source.substr(0, begins[i]) + source.substr(end));
  }
  return shorter;
}

}  // namespace

TEST_CASE("there are many goals, all understood as they are meant") {
  const std::vector<GoalCase> goals = all_goals();
  CHECK(goals.size() >= 24);
  for (const GoalCase& goal : goals) {
    CAPTURE(goal.scenario, goal.goal);
    const auto scenario = engine::builtin_scenario(goal.scenario);
    REQUIRE(scenario);
    const auto objective = abilities::understand(goal.goal, *scenario);
    REQUIRE(objective);
    CHECK(objective->matches.size() == goal.aims.size());
    for (const std::string& aim : goal.aims) {
      CAPTURE(aim);
      const bool poor = aim.starts_with("-");
      const double weight = objective->weights[metric_at(*scenario, poor ? aim.substr(1) : aim)];
      CHECK((poor ? weight < 0 : weight > 0));
      for (const double other : objective->weights) CHECK(std::abs(weight) >= std::abs(other) / 2);
    }
  }
}

TEST_CASE("what is compared with is a policy without faults") {
  for (const GoalCase& goal : all_goals()) {
    CAPTURE(goal.baseline);
    const auto scenario = engine::builtin_scenario(goal.scenario);
    REQUIRE(scenario);
    CHECK(scripting::check_policy(goal.baseline, goal.baseline_source, &*scenario).ok());
    const auto registry = std::make_shared<scripting::ScriptRegistry>();
    abilities::Evaluator evaluator(*scenario, registry, {}, 1);
    abilities::EpisodeSpec spec;
    spec.seed = 3;
    spec.ticks_max = 200;
    const auto results = evaluator.run(registry->add(goal.baseline_source)->sha256, {&spec, 1});
    CHECK(results.front().ticks > 0);
    CHECK(results.front().policy.fault_count() == 0);
  }
}

TEST_CASE("a small search is better than wandering and not worse than a policy by hand") {
  const std::vector<GoalCase> goals = all_goals();
  for (const char* text :
       {"reach the target safely", "get closer to the target, but walk as little as possible",
        "stay well fed", "survive, and get exhausted rarely"}) {
    const Trial trial = small_trial(find_goal(goals, text));
    CAPTURE(text, trial.source);
    CHECK(trial.angel.aggregate.score > trial.walker.aggregate.score);
    CHECK(trial.difference >= 0);
    CHECK(trial.angel.aggregate.faults == 0);
  }
}

TEST_CASE("every rule that is left matters on a tuning seed") {
  const std::vector<GoalCase> goals = all_goals();
  for (const char* text : {"reach the target safely", "stay well fed"}) {
    const GoalCase& goal = find_goal(goals, text);
    const auto scenario = engine::builtin_scenario(goal.scenario);
    REQUIRE(scenario);
    const Trial trial = small_trial(goal);
    const std::vector<std::string> shorter = without_each_rule(trial.source);
    const auto registry = std::make_shared<scripting::ScriptRegistry>();
    abilities::Evaluator evaluator(*scenario, registry, {}, 2);
    std::vector<abilities::EpisodeSpec> specs;
    const std::uint64_t seeds = goal.scenario == "maze" ? 4 * abilities::kRaceFactor : 3;
    for (const std::uint64_t seed :
         abilities::episode_seeds(1, abilities::SeedUse::kTuning, seeds)) {
      specs.push_back({seed, 0, true});
    }
    const auto courses = [&](const std::string& source) {
      std::string all;
      for (const auto& episode : evaluator.run(registry->add(source)->sha256, specs)) {
        all += course_of(episode);
      }
      return all;
    };
    const std::string played = courses(trial.source);
    for (const std::string& source : shorter) {
      CAPTURE(text, source);
      CHECK(courses(source) != played);
    }
  }
}

TEST_CASE("the same search finds the same policy at any number of threads") {
  const std::vector<GoalCase> goals = all_goals();
  const GoalCase& goal = find_goal(goals, "reach the target");
  const auto folder = std::filesystem::temp_directory_path() / "cherub-goal-threads";
  std::string sha256;
  for (const std::uint32_t threads : {1u, 3u}) {
    TrialOptions options = small_options(goal.scenario, folder.string());
    options.request.iterations = 1;
    options.request.threads = threads;
    const auto trial = try_goal(goal, options, {});
    std::filesystem::remove_all(folder);
    REQUIRE(trial);
    if (!sha256.empty()) CHECK(trial->sha256 == sha256);
    sha256 = trial->sha256;
  }
}

}  // namespace cherub::goals
