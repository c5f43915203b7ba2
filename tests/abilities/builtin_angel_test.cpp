#include "abilities/angel/builtin_angel.h"

#include <catch2/catch.hpp>
#include <set>

#include "abilities/critique.h"
#include "run_fixture.h"

namespace cherub::abilities {
namespace {

struct Found {
  RunSummary summary;
  double success_rate = 0, score = 0;  // held out
  double walker_success_rate = 0, walker_score = 0;
};

Found search(const char* scenario, const char* goal, std::uint32_t candidates,
             std::uint32_t iterations) {
  const TemporaryFolder folder;
  RunRequest request = small_request(folder);
  request.scenario = scenario;
  request.user_goal = goal;
  request.max_steps = 0;
  request.candidates = candidates;
  request.iterations = iterations;
  request.episodes = std::string(scenario) == "maze" ? 8 : 2;
  if (std::string(scenario) == "pasture") request.max_steps = 600;
  KeepingObserver observer;
  RunControl control;
  Found found;
  found.summary = execute_run(request, "search", control, observer);
  const auto json = base::parse_json(found.summary.json);
  REQUIRE(json);
  REQUIRE(found.summary.end == RunEnd::kDone);
  found.success_rate = (*json)["held_out"]["success_rate"].GetDouble();
  found.score = (*json)["held_out"]["score"].GetDouble();
  found.walker_success_rate = (*json)["baseline"]["success_rate"].GetDouble();
  found.walker_score = (*json)["baseline"]["score"].GetDouble();
  return found;
}

}  // namespace

TEST_CASE("the same seed writes the same drafts, each of them once") {
  const auto scenario = engine::builtin_scenario("maze");
  angel::BuiltinAngel one(*scenario, 5, {}), other(*scenario, 5, {});
  std::set<std::string> sources;
  for (int i = 0; i < 60; ++i) {
    const auto a = one.next({}, nullptr);
    const auto b = other.next({}, nullptr);
    REQUIRE(a);
    REQUIRE(b);
    CHECK(a->source == b->source);
    CHECK(sources.insert(a->source).second);
    one.learn(a->id, i % 7);
    other.learn(b->id, i % 7);
  }
}

TEST_CASE("the built-in angel finds a policy that solves most mazes it never saw") {
  const Found found = search("maze", "reach the target safely", 40, 2);
  INFO(found.summary.best_code);
  CHECK(found.success_rate >= 0.6);
  CHECK(found.success_rate > 2 * found.walker_success_rate);
  CHECK(found.score > found.walker_score + 0.3);
}

TEST_CASE("the built-in angel keeps a herd better than wandering does") {
  const Found found = search("pasture", "keep the herd fed and growing", 10, 2);
  INFO(found.summary.best_code);
  CHECK(found.success_rate >= 0.9);
  CHECK(found.score > found.walker_score + 0.2);
}

TEST_CASE("a critique tells faults, refusals and the change against the parent") {
  const auto scenario = engine::builtin_scenario("maze");
  const Objective objective = default_objective(*scenario);
  EpisodeResult good, bad;
  good.seed = bad.seed = 4;
  good.ticks = bad.ticks = 10;
  good.success = true;
  good.end_reason = "reached";
  bad.end_reason = "time";
  bad.metrics = good.metrics = std::vector<double>(scenario->metrics.size(), 0.5);
  bad.receipts.resize(engine::kReceiptCount);
  bad.receipts[static_cast<std::size_t>(engine::Receipt::kBlocked)] = 7;
  bad.policy.acts = 10;
  bad.policy.faults[0] = 3;
  bad.policy.first_fault = "policy:3: attempt to index a nil value";
  const Critique critique =
      make_critique({&*scenario, &objective, std::span(&bad, 1), std::span(&good, 1)});
  for (const char* part : {"7 x blocked", "attempt to index", "no longer solved: 4", "1 x time"}) {
    CAPTURE(part, critique.markdown);
    CHECK(critique.markdown.find(part) != std::string::npos);
  }
  const auto json = base::parse_json(critique.json);
  REQUIRE(json);
  CHECK((*json)["refused_intents"]["blocked"].GetInt() == 7);
  CHECK((*json)["parent"]["no_longer_solved"][0].GetInt() == 4);
}

}  // namespace cherub::abilities
