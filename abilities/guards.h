#pragma once

#include <string>
#include <vector>

#include "abilities/score.h"

// Metrics that may not get worse (`guard` in a scenario): a policy that buys its score with them is
// refused as the best, however good the score.
namespace cherub::abilities {

// A guard that does not hold.
struct BrokenGuard {
  std::string metric, unit;
  double mean = 0, reference = 0;  // of the policy, and of what it is compared with
  double allowed = 0;              // how much worse it may be, in the metric's unit
};

// Whether any metric is guarded against this goal. A goal that aims at a metric in the opposite
// direction (a negative weight) lifts its guard.
bool has_guards(const engine::Scenario& scenario, const Objective& objective);

// Both aggregates are of the same seeds. Nothing measured on either side breaks nothing.
std::vector<BrokenGuard> broken_guards(const engine::Scenario& scenario, const Objective& objective,
                                       const Aggregate& policy, const Aggregate& reference);

// "damage is 0.31, more than 0.05 worse than the 0.2 of the random walker"; one sentence for all.
std::string guards_text(const std::vector<BrokenGuard>& broken, const std::string& reference);
// [{"metric":…,"unit":…,"mean":…,"reference":…,"allowed":…}]
std::string guards_json(const std::vector<BrokenGuard>& broken);

}  // namespace cherub::abilities
