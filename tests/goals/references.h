#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/base/result.h"
#include "goal_trial.h"

namespace cherub::goals {

// One line of references.yaml: a policy written by hand that is to meet a goal.
struct Reference {
  std::string scenario;
  std::string goal;    // in words
  std::string policy;  // file name without ending
  std::string with;    // likewise, of the file that begins it; empty: none
  std::string source;  // what they hold
  std::uint32_t seeds = 24;
  std::string greedy = "greedy";  // what it is compared with, likewise
  std::string greedy_source;
};

struct ReferenceTrial {
  Measured reference, greedy, walker;
  abilities::Interval over_greedy, over_walker;  // of the mean difference in score, 95 %, paired
};

base::Result<std::vector<Reference>> read_references(const std::string& folder);

// Plays all three on the same seeds.
base::Result<ReferenceTrial> try_reference(const Reference& reference, unsigned threads);

}  // namespace cherub::goals
