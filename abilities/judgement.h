#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "abilities/evaluation.h"
#include "abilities/guards.h"
#include "abilities/ledger.h"
#include "abilities/score.h"

// V6 of the validation ladder: the policy that a search chose meets seeds that no search has seen.
namespace cherub::abilities {

inline constexpr std::uint64_t kHeldOutMin = 32, kHeldOutMax = 256;

struct JudgeSetup {
  const engine::Scenario& scenario;
  const Objective& objective;
  Evaluator& evaluator;
  Ledger& ledger;
  std::vector<EpisodeSpec> specs;  // held-out, as many as may be needed; at least one
  std::uint64_t episodes = 0;      // to begin with
  std::uint64_t seed = 0;          // of the resampling
  const std::atomic<bool>* cancel = nullptr;
};

// What was measured of one policy.
struct Judged {
  std::vector<EpisodeResult> episodes;
  Aggregate aggregate;
};

struct Judgement {
  Judged policy;                // that the search chose
  Judged walker;                // the random walker, on the same seeds
  std::optional<Judged> given;  // the code that was to be replaced, when there is other code
  // The mean difference of the scores, seed by seed: of the policy, less of the given code or else
  // of the random walker; with its 95 % interval.
  double difference = 0;
  Interval interval;
  std::vector<BrokenGuard> broken;  // on these seeds, against the same reference
  // Whether the policy is to replace the given code: its interval lies above zero and no guard is
  // broken. Without given code there is nothing to replace: true.
  bool promoted = true;

  [[nodiscard]] const Judged& kept() const { return promoted ? policy : *given; }
  [[nodiscard]] const char* against() const { return given ? "given_code" : "random_walker"; }
  [[nodiscard]] const char* verdict() const;  // "better", "worse" or "undecided", of the interval
  [[nodiscard]] std::string reason() const;   // why it was not promoted; empty: it was
};

// Measures all of them on the same seeds. While it is undecided whether the policy or the given
// code is better, the number of seeds is doubled as long as specs and the limit of ticks allow.
// `given_sha256` is empty when there is none. Nothing when it was cancelled.
std::optional<Judgement> judge(const JudgeSetup& setup, const std::string& sha256,
                               const std::string& given_sha256);

// {"rung":"V6","against":…,"episodes":…,"difference":…,"interval":…,"verdict":…,"promoted":…}
std::string judgement_json(const Judgement& judgement);

}  // namespace cherub::abilities
