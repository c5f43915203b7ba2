#include "abilities/judgement.h"

#include <algorithm>
#include <numeric>

#include "abilities/episode.h"
#include "abilities/run_records.h"
#include "engine/base/json.h"

namespace cherub::abilities {
namespace {

std::string reference_name(const Judgement& judgement) {
  return judgement.given ? "the given code" : "the random walker";
}

// Runs seeds `from` … `to` of every policy in one go.
void measure(const JudgeSetup& setup, const std::vector<std::string>& policies,
             const std::vector<Judged*>& judged, std::size_t from, std::size_t to) {
  std::vector<EvaluationJob> jobs;
  for (const std::string& sha256 : policies) {
    for (std::size_t i = from; i < to; ++i) jobs.push_back({sha256, setup.specs[i]});
  }
  auto results = setup.evaluator.run(jobs, {.cancel = setup.cancel});
  std::uint64_t ticks = 0;
  for (std::size_t job = 0; job < results.size(); ++job) {
    ticks += results[job].ticks;
    judged[job / (to - from)]->episodes.push_back(std::move(results[job]));
  }
  setup.ledger.add_ticks(ticks);
  for (Judged* one : judged) {
    one->aggregate = aggregate_of(setup.scenario, setup.objective, one->episodes);
  }
}

void compare(const JudgeSetup& setup, Judgement& judgement) {
  const Judged& reference = judgement.given ? *judgement.given : judgement.walker;
  const std::vector<double> differences = paired_differences(
      setup.scenario, setup.objective, judgement.policy.episodes, reference.episodes);
  judgement.interval = bootstrap_interval(differences, setup.seed);
  judgement.difference = spread_of(differences, Worst::kLowest).mean;
  judgement.broken = broken_guards(setup.scenario, setup.objective, judgement.policy.aggregate,
                                   reference.aggregate);
}

bool undecided(const Interval& interval) {
  return interval.low <= 0 && interval.high >= 0;
}

}  // namespace

const char* Judgement::verdict() const {
  if (undecided(interval)) return "undecided";
  return interval.low > 0 ? "better" : "worse";
}

std::string Judgement::reason() const {
  if (promoted) return "";
  if (!broken.empty()) return guards_text(broken, reference_name(*this));
  const std::string seeds = std::to_string(policy.aggregate.episodes) + " held-out seeds";
  if (interval.high < 0) return "on " + seeds + " it did worse than the given code";
  return "on " + seeds + " it was not shown to be better than the given code";
}

std::optional<Judgement> judge(const JudgeSetup& setup, const std::string& sha256,
                               const std::string& given_sha256) {
  Judgement judgement;
  std::vector<std::string> policies = {sha256, ""};
  std::vector<Judged*> judged = {&judgement.policy, &judgement.walker};
  if (!given_sha256.empty() && given_sha256 != sha256) {
    judgement.given.emplace();
    policies.push_back(given_sha256);
    judged.push_back(&*judgement.given);
  }
  std::size_t done = 0, count = std::clamp<std::size_t>(setup.episodes, 1, setup.specs.size());
  const std::uint64_t ticks = episode_ticks(setup.scenario, setup.specs.front().ticks_max);
  for (;;) {
    measure(setup, policies, judged, done, count);
    if (setup.cancel != nullptr && *setup.cancel) return std::nullopt;
    compare(setup, judgement);
    done = count;
    count = std::min(2 * done, setup.specs.size());
    const bool room = setup.ledger.has_room((count - done) * policies.size() * ticks);
    const bool settled = !judgement.given || !undecided(judgement.interval);
    if (settled || count == done || !room) break;
  }
  if (judgement.given) {
    judgement.promoted = judgement.interval.low > 0 && judgement.broken.empty();
  }
  return judgement;
}

std::string judgement_json(const Judgement& judgement) {
  base::JsonObject json;
  json.add("rung", "V6")
      .add("against", judgement.against())
      .add("episodes", judgement.policy.aggregate.episodes)
      .add("difference", judgement.difference)
      .raw("interval", interval_json(judgement.interval))
      .add("verdict", judgement.verdict())
      .add("promoted", judgement.promoted)
      .raw("guards", guards_json(judgement.broken));
  if (!judgement.promoted) json.add("reason", judgement.reason());
  return json.text();
}

}  // namespace cherub::abilities
