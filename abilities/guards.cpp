#include "abilities/guards.h"

#include <cmath>
#include <cstdio>

#include "engine/base/json.h"

namespace cherub::abilities {
namespace {

bool is_guarded(const engine::MetricSpec& metric, double weight) {
  return std::isfinite(metric.guard) && weight >= 0;
}

std::string number(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.4g", value);
  return text;
}

}  // namespace

bool has_guards(const engine::Scenario& scenario, const Objective& objective) {
  for (std::size_t i = 0; i < scenario.metrics.size(); ++i) {
    if (is_guarded(scenario.metrics[i], objective.weights[i])) return true;
  }
  return false;
}

std::vector<BrokenGuard> broken_guards(const engine::Scenario& scenario, const Objective& objective,
                                       const Aggregate& policy, const Aggregate& reference) {
  std::vector<BrokenGuard> broken;
  for (std::size_t i = 0; i < scenario.metrics.size(); ++i) {
    const engine::MetricSpec& metric = scenario.metrics[i];
    if (!is_guarded(metric, objective.weights[i])) continue;
    BrokenGuard guard{metric.name, metric.unit, policy.metrics[i].mean, reference.metrics[i].mean,
                      metric.guard * metric.scale};
    const double change = guard.mean - guard.reference;
    const double worse = metric.better == engine::Better::kHigher ? -change : change;
    if (worse > guard.allowed) broken.push_back(std::move(guard));
  }
  return broken;
}

std::string guards_text(const std::vector<BrokenGuard>& broken, const std::string& reference) {
  std::string text;
  for (const BrokenGuard& guard : broken) {
    const std::string unit = guard.unit == "1" ? "" : " " + guard.unit;
    text += (text.empty() ? "" : "; ") + guard.metric + " is " + number(guard.mean) + unit +
            ", more than " + number(guard.allowed) + unit + " worse than the " +
            number(guard.reference) + unit + " of " + reference;
  }
  return text;
}

std::string guards_json(const std::vector<BrokenGuard>& broken) {
  base::JsonArray array;
  for (const BrokenGuard& guard : broken) {
    array.raw(base::JsonObject()
                  .add("metric", guard.metric)
                  .add("unit", guard.unit)
                  .add("mean", guard.mean)
                  .add("reference", guard.reference)
                  .add("allowed", guard.allowed)
                  .text());
  }
  return array.text();
}

}  // namespace cherub::abilities
