#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "abilities/evaluation.h"
#include "engine/base/result.h"
#include "goal_trial.h"

namespace cherub::goals {

// One line of references.yaml: a policy written by hand that is to meet a goal.
struct Reference {
  std::string scenario;
  std::string goal;              // in words
  std::vector<std::string> set;  // settings of the scenario, as of `cherub run --set`
  std::string policy;            // file name without ending, in references/ or baselines/
  std::string with;              // likewise, of the file that begins it; empty: none
  std::string source;            // what they hold
  std::uint32_t seeds = 24;
  std::string greedy = "greedy";  // what it is compared with, likewise
  std::string greedy_source;
};

struct ReferenceTrial {
  Measured reference, greedy, walker;
  abilities::Interval over_greedy, over_walker;  // of the mean difference in score, 95 %, paired
};

base::Result<std::vector<Reference>> read_references(const std::string& folder);

// Plays references beside the greedy one and the wanderer, all on the same seeds. Many goals share
// what they are compared with, which is played once.
class ReferenceTrials {
 public:
  explicit ReferenceTrials(unsigned threads) : threads_(threads) {}
  base::Result<ReferenceTrial> run(const Reference& reference);

 private:
  using Episodes = std::vector<abilities::EpisodeResult>;
  const Episodes& play(const Reference& reference, const engine::Scenario& scenario,
                       const std::string& source);

  unsigned threads_;
  std::map<std::string, Episodes> played_;
};

}  // namespace cherub::goals
