#include "abilities/judgement.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <map>

#include "abilities/seeds.h"
#include "run_fixture.h"

namespace cherub::abilities {
namespace {

// Gives each policy the `progress` that a function says, episode by episode, and runs nothing.
class PretendedQueue final : public JobQueue {
 public:
  std::map<std::string, std::function<double(std::uint64_t)>> progress;
  std::map<std::string, double> damage;
  std::size_t jobs = 0;

  std::vector<EpisodeResult> run(std::span<const EvaluationJob> asked,
                                 const JobWatch& watch) override {
    std::vector<EpisodeResult> results;
    for (const EvaluationJob& job : asked) {
      EpisodeResult result;
      result.seed = job.spec.seed;
      result.end_reason = "cancelled";
      if (watch.cancel == nullptr || !*watch.cancel) {
        result.ticks = 10;
        result.metrics = {0, progress.at(job.sha256)(job.spec.seed), 60, damage[job.sha256], 0, 0,
                          0};
      }
      results.push_back(std::move(result));
      ++jobs;
    }
    return results;
  }
};

struct Court {
  engine::Scenario scenario = *engine::builtin_scenario("maze");
  Objective objective = default_objective(scenario);
  PretendedQueue* queue;
  Evaluator evaluator;
  Ledger ledger;
  std::atomic<bool> cancel{false};

  explicit Court(Ledger::Options options = {})
      : Court(std::make_unique<PretendedQueue>(), std::move(options)) {}
  Court(std::unique_ptr<PretendedQueue> made, Ledger::Options options)
      : queue(made.get()), evaluator(std::move(made)), ledger(std::move(options)) {
    queue->progress[""] = [](std::uint64_t) { return 0.1; };
  }

  std::optional<Judgement> judge(const std::string& given) {
    JudgeSetup setup{scenario, objective, evaluator, ledger, {}, 32, 1, &cancel};
    for (const std::uint64_t seed : episode_seeds(1, SeedUse::kHeldOut, 256)) {
      setup.specs.emplace_back().seed = seed;
    }
    return abilities::judge(setup, "new", given);
  }
};

// Every other seed.
bool coin(std::uint64_t seed) {
  return (seed >> 2) % 2 == 0;
}

}  // namespace

TEST_CASE("without given code the policy is compared with the random walker and kept") {
  Court court;
  court.queue->progress["new"] = [](std::uint64_t) { return 0.05; };
  const auto worse = court.judge("");
  REQUIRE(worse);
  CHECK(std::string(worse->against()) == "random_walker");
  CHECK(std::string(worse->verdict()) == "worse");
  CHECK(worse->promoted);
  CHECK(worse->difference < 0);
  CHECK(court.queue->jobs == 64);
}

TEST_CASE("a policy that is surely better replaces the given code") {
  Court court;
  court.queue->progress["new"] = [](std::uint64_t seed) { return coin(seed) ? 0.9 : 0.5; };
  court.queue->progress["old"] = [](std::uint64_t seed) { return coin(seed) ? 0.8 : 0.4; };
  const auto judgement = court.judge("old");
  REQUIRE(judgement);
  CHECK(std::string(judgement->verdict()) == "better");
  CHECK(judgement->promoted);
  CHECK(court.queue->jobs == 96);
  // All differences are equal, so pairing leaves no doubt: that is what it is for.
  CHECK(judgement->interval.low == Approx(judgement->interval.high));
  CHECK(judgement->kept().aggregate.score == judgement->policy.aggregate.score);
}

TEST_CASE("what stays undecided on all seeds does not replace the given code") {
  Court court;
  court.queue->progress["new"] = [](std::uint64_t seed) { return coin(seed) ? 0.9 : 0.5; };
  court.queue->progress["old"] = [](std::uint64_t seed) { return coin(seed) ? 0.5 : 0.9; };
  const auto judgement = court.judge("old");
  REQUIRE(judgement);
  CHECK(std::string(judgement->verdict()) == "undecided");
  CHECK(judgement->policy.aggregate.episodes == 256);
  CHECK_FALSE(judgement->promoted);
  CHECK(judgement->reason().find("256 held-out seeds") != std::string::npos);
  CHECK(judgement->kept().aggregate.score == judgement->given->aggregate.score);
  const auto json = base::parse_json(judgement_json(*judgement));
  REQUIRE(json);
  CHECK((*json)["promoted"].GetBool() == false);
  CHECK((*json)["interval"]["low"].GetDouble() < 0);
}

TEST_CASE("the limit of ticks ends the doubling, and what is worse is decided at once") {
  Ledger::Options options;
  options.limits.ticks = 3 * 32 * 600;
  Court poor(options);
  poor.queue->progress["new"] = [](std::uint64_t seed) { return coin(seed) ? 0.9 : 0.5; };
  poor.queue->progress["old"] = [](std::uint64_t seed) { return coin(seed) ? 0.5 : 0.9; };
  CHECK(poor.judge("old")->policy.aggregate.episodes == 32);
  CHECK_FALSE(poor.ledger.stopped_by());

  Court court;
  court.queue->progress["new"] = [](std::uint64_t) { return 0.2; };
  court.queue->progress["old"] = [](std::uint64_t) { return 0.3; };
  const auto worse = court.judge("old");
  CHECK(worse->policy.aggregate.episodes == 32);
  CHECK(worse->reason().find("worse than the given code") != std::string::npos);
}

TEST_CASE("a better score does not buy a broken guard") {
  Court court;
  court.queue->progress["new"] = [](std::uint64_t) { return 0.9; };
  court.queue->progress["old"] = [](std::uint64_t) { return 0.3; };
  court.queue->damage["new"] = 0.2;
  court.queue->damage["old"] = 0.1;
  const auto judgement = court.judge("old");
  REQUIRE(judgement);
  CHECK(std::string(judgement->verdict()) == "better");
  CHECK_FALSE(judgement->promoted);
  CHECK(judgement->reason().find("damage is 0.2, more than 0.05 worse than the 0.1") !=
        std::string::npos);
  court.queue->damage["new"] = 0.15;  // just within
  CHECK(court.judge("old")->promoted);
  court.queue->damage["new"] = 1;
  court.objective.weights[3] = -1;  // the goal asks for it
  CHECK(court.judge("old")->promoted);
}

TEST_CASE("a judgement that is cancelled is none") {
  Court court;
  court.queue->progress["new"] = [](std::uint64_t) { return 0.9; };
  court.cancel = true;
  CHECK_FALSE(court.judge(""));
}

}  // namespace cherub::abilities
