#include "abilities/critique.h"

#include <catch2/catch.hpp>

#include "abilities/critique_steps.h"
#include "abilities/step_log.h"
#include "engine/base/json.h"

namespace cherub::abilities {
namespace {

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

std::string step(double t, double x, const std::string& words = "") {
  StepFacts facts;
  facts.t = t;
  facts.x = x;
  facts.health = facts.energy = 1;
  facts.distance_to_target = 7.25;
  return "{" + step_members(facts) + words + "}\n";
}

std::string walk(std::size_t steps) {
  std::string log;
  for (std::size_t i = 0; i < steps; ++i) {
    log += step(0.1 * static_cast<double>(i + 1), static_cast<double>(i));
  }
  return log;
}

std::size_t lines_in(const std::string& text) {
  return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

EpisodeResult episode(std::uint64_t seed, bool success, const std::string& end) {
  EpisodeResult result;
  result.seed = seed;
  result.ticks = 100;
  result.success = success;
  result.end_reason = end;
  result.metrics.assign(7, success ? 1 : 0.25);
  result.receipts.resize(engine::kReceiptCount);
  result.policy.acts = 100;
  return result;
}

struct Bench {
  engine::Scenario scenario = *engine::builtin_scenario("maze");
  Objective objective = default_objective(scenario);
  std::vector<EpisodeResult> episodes, parents;
  std::string parent_log;

  Critique critique() {
    return make_critique({&scenario, &objective, episodes, parents, parent_log});
  }
};

}  // namespace

TEST_CASE("of a long episode the first 50 and the last 100 steps are shown, one line each") {
  const std::string text = steps_text(walk(400));
  CHECK(lines_in(text) == 1 + 50 + 1 + 100);
  CHECK(has(text, "\n5 | 49, 0 | none, none | 1 1 0 | 7.25\n… 250 steps …\n30.1 | 300, 0"));
  CHECK(has(text, "\n40 | 399, 0"));
  CHECK(lines_in(steps_text(walk(150))) == 151);
  CHECK(lines_in(steps_text(walk(151))) == 152);
  CHECK(steps_text("").empty());
  CHECK(text.size() < 7000);
}

TEST_CASE("steps in which nothing changes are one line, and notes are kept short") {
  std::string log = step(0.1, 1) + step(0.2, 1) + step(0.3, 1) +
                    step(0.4, 2, ",\"notes\":[\"" + std::string(500, 'n') + "\"]");
  const std::string text = steps_text(log);
  CHECK(has(text, "0.1 | 1, 0 | none, none | 1 1 0 | 7.25\n… the same until 0.3\n0.4 | 2, 0"));
  CHECK(text.size() < 400);
  CHECK(steps_text("{\"cut\":true}\nnot JSON\n").size() < 200);
}

TEST_CASE("the first tick in which two logs differ, whatever the policies noted") {
  const std::string log = walk(20);
  CHECK_FALSE(first_divergence(log, log));
  CHECK_FALSE(first_divergence(log, ""));
  CHECK_FALSE(first_divergence(log, walk(10)));
  CHECK(first_divergence(walk(3) + step(0.4, 99), log) == 4);
  CHECK_FALSE(first_divergence(step(0.1, 0, ",\"notes\":[\"a\"]"), step(0.1, 0, ",\"collect\":1")));
}

TEST_CASE("failures are clustered by how they ended and what stood in the way") {
  Bench bench;
  bench.episodes = {episode(1, true, "reached"), episode(2, false, "time"),
                    episode(3, false, "time"), episode(4, false, "time"),
                    episode(5, false, "all_dead")};
  bench.episodes[3].receipts[static_cast<std::size_t>(engine::Receipt::kBlocked)] = 60;
  bench.episodes[4].policy.faults[0] = 20;
  const Critique critique = bench.critique();
  CHECK(has(critique.markdown, "- 2 x time (seeds 2, 3); on average reached 0.25"));
  CHECK(has(critique.markdown, "- 1 x time, blocked much of the time (seeds 4)"));
  CHECK(has(critique.markdown, "- 1 x all_dead, many acts faulted (seeds 5)"));
  CHECK(has(critique.markdown, "## Refused intents\n\n60 x blocked"));
  const auto json = base::parse_json(critique.json);
  REQUIRE(json);
  CHECK((*json)["failures"]["time"].GetUint64() == 2);
  // The table of seeds is for people; prompts have their own.
  CHECK(has(critique.markdown, "| seed | success |"));
  CHECK_FALSE(has(critique.brief, "| seed | success |"));
  CHECK(has(critique.brief, "- 2 x time"));
}

TEST_CASE("the worst episode is shown with where it parts from its parent") {
  Bench bench;
  bench.episodes = {episode(1, true, "reached"), episode(2, false, "time")};
  bench.parents = {episode(1, false, "time"), episode(2, true, "reached")};
  bench.episodes[1].steps_jsonl = walk(30);
  bench.parent_log = walk(11) + step(1.2, 99) + walk(40);
  const Critique critique = bench.critique();
  CHECK(has(critique.markdown, "## Worst episode: seed 2"));
  CHECK(has(critique.markdown, "another way than its parent from tick 12 on"));
  CHECK(has(critique.markdown, "newly solved: 1"));
  CHECK(has(critique.json, "\"diverges_at_tick\":12"));
  bench.parent_log = walk(40);
  CHECK(has(bench.critique().markdown, "all that it did under the parent"));
}

}  // namespace cherub::abilities
