#include "abilities/score.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "engine/base/json.h"

namespace cherub::abilities {
namespace {

constexpr double kUtilityMin = -1, kUtilityMax = 2;

double fault_share(const scripting::PolicyStats& stats) {
  if (stats.acts == 0) return 0;
  return static_cast<double>(stats.fault_count()) / static_cast<double>(stats.acts);
}

}  // namespace

Worst worst_end(const engine::MetricSpec& metric) {
  return metric.better == engine::Better::kHigher ? Worst::kLowest : Worst::kHighest;
}

Objective default_objective(const engine::Scenario& scenario) {
  Objective objective;
  for (const engine::MetricSpec& metric : scenario.metrics) {
    objective.weights.push_back(metric.weight);
  }
  return objective;
}

double metric_utility(const engine::MetricSpec& metric, double value) {
  if (!std::isfinite(value)) return 0;
  const double scale = metric.scale > 0 ? metric.scale : 1;
  const double share = value / scale;
  const double utility = metric.better == engine::Better::kHigher ? share : 1 - share;
  return std::clamp(utility, kUtilityMin, kUtilityMax);
}

double episode_score(const engine::Scenario& scenario, const Objective& objective,
                     const EpisodeResult& episode) {
  double sum = 0, weights = 0;
  for (std::size_t i = 0; i < scenario.metrics.size() && i < episode.metrics.size(); ++i) {
    const double weight = objective.weights[i];
    if (weight == 0) continue;
    const double utility = metric_utility(scenario.metrics[i], episode.metrics[i]);
    sum += weight > 0 ? weight * utility : -weight * (1 - utility);
    weights += std::abs(weight);
  }
  const double success = episode.success ? 1 : 0;
  const double share = weights > 0 ? objective.success_share : 1;
  const double merit = share * success + (weights > 0 ? (1 - share) * sum / weights : 0);
  return merit - fault_share(episode.policy);
}

std::vector<double> paired_differences(const engine::Scenario& scenario, const Objective& objective,
                                       std::span<const EpisodeResult> policy,
                                       std::span<const EpisodeResult> reference) {
  std::vector<double> differences;
  for (std::size_t i = 0; i < std::min(policy.size(), reference.size()); ++i) {
    if (policy[i].ticks == 0 || reference[i].ticks == 0) continue;
    differences.push_back(episode_score(scenario, objective, policy[i]) -
                          episode_score(scenario, objective, reference[i]));
  }
  return differences;
}

Aggregate aggregate_of(const engine::Scenario& scenario, const Objective& objective,
                       std::span<const EpisodeResult> episodes) {
  Aggregate aggregate;
  std::vector<std::vector<double>> columns(scenario.metrics.size());
  for (const EpisodeResult& episode : episodes) {
    if (episode.ticks == 0) continue;
    ++aggregate.episodes;
    aggregate.successes += episode.success ? 1 : 0;
    aggregate.scores.push_back(episode_score(scenario, objective, episode));
    aggregate.acts += episode.policy.acts;
    aggregate.faults += episode.policy.fault_count();
    if (aggregate.first_fault.empty()) aggregate.first_fault = episode.policy.first_fault;
    aggregate.sim_s += episode.sim_s;
    aggregate.wall_s += episode.wall_s;
    aggregate.ticks += episode.ticks;
    for (std::size_t i = 0; i < columns.size() && i < episode.metrics.size(); ++i) {
      columns[i].push_back(episode.metrics[i]);
    }
  }
  if (aggregate.episodes > 0) {
    const double count = static_cast<double>(aggregate.episodes);
    aggregate.spread = spread_of(aggregate.scores, Worst::kLowest);
    aggregate.score = aggregate.spread.mean;
    aggregate.success_rate = static_cast<double>(aggregate.successes) / count;
  }
  aggregate.interval = wilson_interval(aggregate.successes, aggregate.episodes);
  for (std::size_t i = 0; i < columns.size(); ++i) {
    aggregate.metrics.push_back(spread_of(std::move(columns[i]), worst_end(scenario.metrics[i])));
  }
  return aggregate;
}

std::string metrics_json(const engine::Scenario& scenario, const Aggregate& aggregate) {
  base::JsonObject metrics;
  for (std::size_t i = 0; i < scenario.metrics.size() && i < aggregate.metrics.size(); ++i) {
    const Spread& spread = aggregate.metrics[i];
    metrics.raw(scenario.metrics[i].name, base::JsonObject()
                                              .add("mean", spread.mean)
                                              .add("median", spread.median)
                                              .add("worst_tenth", spread.worst_tenth)
                                              .add("min", spread.min)
                                              .add("max", spread.max)
                                              .add("unit", scenario.metrics[i].unit)
                                              .text());
  }
  return metrics.text();
}

std::string score_json(const Aggregate& aggregate) {
  return base::JsonObject()
      .add("mean", aggregate.score)
      .add("median", aggregate.spread.median)
      .add("worst_tenth", aggregate.spread.worst_tenth)
      .add("min", aggregate.spread.min)
      .add("max", aggregate.spread.max)
      .text();
}

std::string aggregate_json(const engine::Scenario& scenario, const Aggregate& aggregate) {
  return base::JsonObject()
      .add("episodes", aggregate.episodes)
      .raw("success", base::JsonObject()
                          .add("successes", aggregate.successes)
                          .add("rate", aggregate.success_rate)
                          .add("wilson95_low", aggregate.interval.low)
                          .add("wilson95_high", aggregate.interval.high)
                          .text())
      .add("score", aggregate.score)
      .raw("score_spread", score_json(aggregate))
      .raw("metrics", metrics_json(scenario, aggregate))
      .add("acts", aggregate.acts)
      .add("faults", aggregate.faults)
      .add("first_fault", aggregate.first_fault)
      .add("ticks", aggregate.ticks)
      .add("sim_time_s", aggregate.sim_s)
      .text();
}

}  // namespace cherub::abilities
