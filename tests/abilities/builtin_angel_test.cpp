#include "abilities/angel/builtin_angel.h"

#include <catch2/catch.hpp>
#include <set>

#include "abilities/critique.h"
#include "run_fixture.h"
#include "scripting/checker.h"

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
  if (std::string(scenario) == "meadow") request.max_steps = 600;
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

TEST_CASE("every program reads back from its text, and no other text is one") {
  for (const std::string& name : engine::builtin_scenario_names()) {
    const auto scenario = engine::builtin_scenario(name);
    REQUIRE(scenario);
    const angel::Grammar grammar(*scenario);
    base::RandomStream random(5, 0, 0, base::Stream::kSearch);
    for (int i = 0; i < 200; ++i) {
      const angel::Program program = grammar.random_program(random);
      const std::string text = grammar.text(program);
      CAPTURE(name, text);
      const auto read = grammar.read(text);
      REQUIRE(read);
      CHECK(*read == program);
      std::string spoilt = text;
      spoilt[random.below(spoilt.size())] = static_cast<char>(random.below(128));
      const auto other = grammar.read(spoilt);  // a digit or letter of a name that still fits
      if (other) CHECK(scripting::check_policy("p", grammar.print(*other, {}), &*scenario).ok());
    }
    for (const char* wrong :
         {"", "[]", "{}", R"({"rules":[]})", R"({"rules":[{}]})", R"({"rules":[{"if":[],"do":3}]})",
          R"({"rules":[{"if":[],"do":{"deed":"fly","thing":"","a":0,"b":0,"c":0}}]})"}) {
      CAPTURE(wrong);
      CHECK_FALSE(grammar.read(wrong));
    }
  }
}

TEST_CASE("every program of the grammar is a policy that the checker accepts") {
  for (const std::string& name : engine::builtin_scenario_names()) {
    const auto scenario = engine::builtin_scenario(name);
    REQUIRE(scenario);
    const angel::Grammar grammar(*scenario);
    base::RandomStream random(3, 0, 0, base::Stream::kSearch);
    angel::Program last = grammar.random_program(random);
    for (int i = 0; i < 300; ++i) {
      angel::Program program = i % 3 == 0   ? grammar.random_program(random)
                               : i % 3 == 1 ? grammar.mutated(last, random)
                                            : grammar.crossed(last, last, random);
      const std::string source = grammar.print(program, {"A test."});
      const auto report = scripting::check_policy("policy", source, &*scenario);
      CAPTURE(name, source, sandbox::diagnostics_text(report.diagnostics, "policy", source));
      REQUIRE(report.ok());
      REQUIRE(program.rules.size() <= angel::kRulesMax);
      last = std::move(program);
    }
  }
}

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

TEST_CASE("simplification offers plainer programs only") {
  const auto scenario = engine::builtin_scenario("maze");
  const angel::Grammar grammar(*scenario);
  base::RandomStream random(1, 0, 0, base::Stream::kSearch);
  for (int i = 0; i < 20; ++i) {
    const angel::Program program = grammar.random_program(random);
    for (const angel::Program& plainer : grammar.simplified(program)) {
      CHECK(plainer.size() <= program.size());
      CHECK(plainer != program);
      CHECK_FALSE(plainer.rules.empty());
    }
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
  const Found found = search("meadow", "keep the herd fed and growing", 10, 2);
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
