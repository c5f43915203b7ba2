#include "abilities/evaluation.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <set>

#include "abilities/score.h"
#include "abilities/seeds.h"
#include "run_fixture.h"

namespace cherub::abilities {
namespace {

std::vector<EpisodeSpec> specs_of(std::size_t count, std::uint64_t ticks) {
  std::vector<EpisodeSpec> specs;
  for (const std::uint64_t seed : episode_seeds(7, SeedUse::kTuning, count)) {
    EpisodeSpec spec;
    spec.seed = seed;
    spec.ticks_max = ticks;
    spec.record_steps = true;
    specs.push_back(spec);
  }
  return specs;
}

struct Fixture {
  engine::Scenario scenario;
  std::shared_ptr<scripting::ScriptRegistry> registry =
      std::make_shared<scripting::ScriptRegistry>();
  std::string sha256;

  explicit Fixture(const char* name, const char* source)
      : scenario(*engine::builtin_scenario(name)), sha256(registry->add(source)->sha256) {}
  Evaluator evaluator(unsigned threads) const {
    return Evaluator(scenario, registry, scripting::HostOptions{}, threads);
  }
};

}  // namespace

TEST_CASE("an evaluation does not depend on the number of threads") {
  const Fixture fixture("pasture", kCountingSource);
  const auto specs = specs_of(6, 80);
  const auto one = fixture.evaluator(1).run(fixture.sha256, specs);
  REQUIRE(one.size() == specs.size());
  for (const unsigned threads : {2u, 4u}) {
    const auto many = fixture.evaluator(threads).run(fixture.sha256, specs);
    for (std::size_t i = 0; i < one.size(); ++i) {
      CHECK(many[i].seed == specs[i].seed);
      CHECK(many[i].hash == one[i].hash);
      CHECK(many[i].metrics == one[i].metrics);
      CHECK(many[i].receipts == one[i].receipts);
      CHECK(many[i].steps_jsonl == one[i].steps_jsonl);
      CHECK(many[i].policy.fuel == one[i].policy.fuel);
    }
  }
}

TEST_CASE("an episode leaves no trace in the next one of the same thread") {
  const Fixture fixture("maze", kCountingSource);
  auto specs = specs_of(1, 50);
  specs.push_back(specs.front());
  const auto twice = fixture.evaluator(1).run(fixture.sha256, specs);
  CHECK(twice[0].hash == twice[1].hash);
  CHECK(twice[0].steps_jsonl == twice[1].steps_jsonl);
}

TEST_CASE("what a source draws while it runs does not depend on the episode before") {
  const Fixture fixture("maze",
                        "local policy, bias = {}, math.random()\n"
                        "function policy.act(self, world)\n"
                        "  self:note(tostring(bias))\n"
                        "  self:move(bias - 0.5, math.random() - 0.5)\n"
                        "end\n"
                        "return policy\n");
  auto specs = specs_of(3, 30);
  specs.push_back(specs.front());
  Evaluator evaluator = fixture.evaluator(1);
  const auto results = evaluator.run(fixture.sha256, specs);
  CAPTURE(results[0].end_reason);
  REQUIRE(results[0].ticks == 30);
  CHECK(results[0].steps_jsonl == results[3].steps_jsonl);
  CHECK(evaluator.run(fixture.sha256, specs)[1].steps_jsonl == results[1].steps_jsonl);
}

TEST_CASE("workers that change policies give what new ones give") {
  const Fixture fixture("pasture", kCountingSource);
  const std::string other = fixture.registry->add(kWandererSource)->sha256;
  const auto specs = specs_of(3, 60);
  Evaluator used = fixture.evaluator(2);
  used.run_random_walker(specs);
  used.run(other, specs);
  const auto results = used.run(fixture.sha256, specs);
  const auto fresh = fixture.evaluator(1).run(fixture.sha256, specs);
  for (std::size_t i = 0; i < specs.size(); ++i) {
    CHECK(results[i].hash == fresh[i].hash);
    CHECK(results[i].steps_jsonl == fresh[i].steps_jsonl);
  }
}

TEST_CASE("episodes are announced one at a time, each once, and stop soon when cancelled") {
  const Fixture fixture("maze", kWandererSource);
  std::atomic<int> inside{0};
  std::vector<int> announced(12, 0);
  std::atomic<bool> cancel{false};
  int done = 0;
  const auto results =
      fixture.evaluator(4).run(fixture.sha256, specs_of(12, 50),
                               {.on_done =
                                    [&](std::size_t index, const EpisodeResult& result) {
                                      CHECK(++inside == 1);
                                      CHECK(result.ticks > 0);
                                      ++announced[index];
                                      if (++done == 3) cancel = true;
                                      --inside;
                                    },
                                .cancel = &cancel});
  CHECK(done >= 3);
  CHECK(done <= 3 + 4);
  for (std::size_t i = 0; i < results.size(); ++i) {
    CHECK(announced[i] == (results[i].ticks > 0 ? 1 : 0));
  }
}

TEST_CASE("steps tell where the agent is, what it notes and what it collects") {
  const Fixture fixture("maze", kCountingSource);
  const auto results = fixture.evaluator(1).run(fixture.sha256, specs_of(1, 3));
  REQUIRE(results.front().ticks == 3);
  const std::string& steps = results.front().steps_jsonl;
  CHECK(std::count(steps.begin(), steps.end(), '\n') == 3);
  const auto second = base::parse_json(steps.substr(
      steps.find('\n') + 1, steps.find('\n', steps.find('\n') + 1) - steps.find('\n')));
  REQUIRE(second);
  CHECK((*second)["t"].GetDouble() == Approx(0.2));
  CHECK((*second)["distance_to_target"].GetDouble() > 1);
  CHECK((*second)["move"].IsString());
  CHECK(std::string((*second)["notes"][0].GetString()) == "second");
  CHECK((*second)["collect"]["hunger"].IsNumber());
}

TEST_CASE("a cancelled evaluation ends with episodes that did not run") {
  const Fixture fixture("maze", kWandererSource);
  const std::atomic<bool> cancel{true};
  const auto results =
      fixture.evaluator(2).run(fixture.sha256, specs_of(3, 50), {.cancel = &cancel});
  for (const EpisodeResult& result : results) CHECK(result.ticks == 0);
}

TEST_CASE("a refused source says so instead of running") {
  const Fixture fixture("maze", "return os.time()");
  const auto results = fixture.evaluator(1).run(fixture.sha256, specs_of(1, 5));
  CHECK(results.front().ticks == 0);
  CHECK(results.front().end_reason.starts_with("refused: "));
}

TEST_CASE("seeds of different uses never meet") {
  std::set<std::uint64_t> seen;
  std::size_t count = 0;
  for (const std::uint64_t run_seed : {0ull, 1ull, 99ull}) {
    seen.clear();
    count = 0;
    for (const SeedUse use : {SeedUse::kTuning, SeedUse::kHeldOut, SeedUse::kLive}) {
      for (const std::uint64_t seed : episode_seeds(run_seed, use, 1000)) {
        seen.insert(seed);
        ++count;
        REQUIRE(seed < (std::uint64_t{1} << 34));
      }
    }
    CHECK(seen.size() == count);
  }
}

}  // namespace cherub::abilities
