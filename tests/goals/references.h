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
  std::string source;  // what it holds
  std::uint32_t seeds = 24;
};

struct ReferenceTrial {
  Measured reference, greedy, walker;
  abilities::Interval over_greedy, over_walker;  // of the mean difference in score, 95 %, paired
};

base::Result<std::vector<Reference>> read_references(const std::string& folder);

// Plays all three on the same seeds. `greedy` is the source of greedy.lua.
base::Result<ReferenceTrial> try_reference(const Reference& reference, const std::string& greedy,
                                           unsigned threads);
base::Result<std::string> greedy_source(const std::string& folder);

}  // namespace cherub::goals
