#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "abilities/evaluation.h"
#include "abilities/statistics.h"
#include "engine/scenario.h"

namespace cherub::abilities {

// What a run tries to make large: one weight per metric of the scenario. A positive weight wants
// the metric's better direction, a negative one the opposite.
struct Objective {
  std::vector<double> weights;       // as Scenario::metrics
  double success_share = 0.5;        // of the score that is the success predicate alone, 0 … 1
  std::vector<std::string> matches;  // "damage_taken <- safely", for people
  std::string note;                  // when the goal's words did not decide it
};

// The scenario's own weights.
Objective default_objective(const engine::Scenario& scenario);

// Which end of the metric's values is the worse.
Worst worst_end(const engine::MetricSpec& metric);

// A measured value on a scale where 1 is good and 0 is poor: value / scale, or 1 - value / scale
// when lower is better, kept within [-1, 2] so that no single metric drowns the others. What was
// not measured (NaN) counts as the poor end, 0.
double metric_utility(const engine::MetricSpec& metric, double value);

// The weighted mean of the utilities, a share of it replaced by success (0 or 1), less the share of
// acts that faulted: a policy that leaves the work to the fallback earns nothing by it.
double episode_score(const engine::Scenario& scenario, const Objective& objective,
                     const EpisodeResult& episode);

// The scores of one policy's episodes less those of another's, seed by seed. Both lists are in the
// order of the same seeds; episodes that did not run on either side are left out.
std::vector<double> paired_differences(const engine::Scenario& scenario, const Objective& objective,
                                       std::span<const EpisodeResult> policy,
                                       std::span<const EpisodeResult> reference);

// What a set of episodes says about one policy.
struct Aggregate {
  std::uint64_t episodes = 0;  // that ran
  std::uint64_t successes = 0;
  double success_rate = 0;
  Interval interval;
  std::vector<Spread> metrics;  // as Scenario::metrics
  double score = 0;             // mean of episode_score
  std::vector<double> scores;   // of each episode that ran
  Spread spread;                // of the scores
  std::uint64_t acts = 0, faults = 0;
  std::string first_fault;
  double sim_s = 0, wall_s = 0;
  std::uint64_t ticks = 0;
};
Aggregate aggregate_of(const engine::Scenario& scenario, const Objective& objective,
                       std::span<const EpisodeResult> episodes);

// {"success":{"mean":…},"time_to_goal":{…,"unit":"s"}}
std::string metrics_json(const engine::Scenario& scenario, const Aggregate& aggregate);
// The score: {"mean":…,"median":…,"worst_tenth":…,"min":…,"max":…}
std::string score_json(const Aggregate& aggregate);
// The whole of it, without wall times: equal runs give equal texts.
std::string aggregate_json(const engine::Scenario& scenario, const Aggregate& aggregate);

}  // namespace cherub::abilities
