#include "abilities/run_records.h"

#include "abilities/critique.h"
#include "engine/base/hash.h"

namespace cherub::abilities {
namespace {

std::string metrics_with_units(const engine::Scenario& scenario, const EpisodeResult& episode) {
  base::JsonObject metrics;
  for (std::size_t i = 0; i < scenario.metrics.size() && i < episode.metrics.size(); ++i) {
    metrics.raw(scenario.metrics[i].name, base::JsonObject()
                                              .add("value", episode.metrics[i])
                                              .add("unit", scenario.metrics[i].unit)
                                              .text());
  }
  return metrics.text();
}

// Why it ended as it did, most telling first.
std::string reasons_json(const EpisodeResult& episode) {
  base::JsonArray reasons;
  reasons.add(episode.success ? "success" : failure_reason(episode));
  for (int kind = 0; kind < scripting::kFaultKindCount; ++kind) {
    const std::uint64_t count = episode.policy.faults[static_cast<std::size_t>(kind)];
    if (count == 0) continue;
    reasons.add(std::to_string(count) +
                " faults: " + scripting::fault_name(static_cast<scripting::FaultKind>(kind)));
  }
  const std::string refusals = refusals_text(episode.receipts);
  if (!refusals.empty()) reasons.add("refused intents: " + refusals);
  return reasons.text();
}

// The names that episode summaries always had, so that old readers find them at the top level.
constexpr const char* kFamiliarMetrics[] = {"collisions_total", "path_len_est", "coverage",
                                            "time_to_goal"};

}  // namespace

RunRecord record(std::string_view type, const base::JsonObject& body) {
  const std::string members = body.text().substr(1);  // without the opening brace
  const std::string head = "{\"type\":" + base::json_string(type);
  return {std::string(type), head + (members == "}" ? "" : ",") + members};
}

base::JsonObject episode_summary(const engine::Scenario& scenario, const Objective& objective,
                                 const EpisodePlace& place, const EpisodeResult& episode) {
  base::JsonObject json;
  json.add("iteration", place.iteration)
      .add("candidate", place.candidate)
      .add("episode", place.episode)
      .add("seed", episode.seed)
      .add("success", episode.success)
      .add("steps", episode.ticks)
      .add("score", episode_score(scenario, objective, episode));
  for (const char* name : kFamiliarMetrics) {
    for (std::size_t i = 0; i < scenario.metrics.size() && i < episode.metrics.size(); ++i) {
      if (scenario.metrics[i].name == name) json.add(name, episode.metrics[i]);
    }
  }
  json.add("end_reason", episode.end_reason)
      .raw("reasons", reasons_json(episode))
      .raw("metrics", metrics_with_units(scenario, episode))
      .add("acts", episode.policy.acts)
      .add("faults", episode.policy.fault_count());
  if (!episode.policy.first_fault.empty()) json.add("first_fault", episode.policy.first_fault);
  json.raw("policy_summary",
           episode.policy_summary_json.empty() ? "null" : episode.policy_summary_json)
      .add("hash", base::hex64(episode.hash))
      .add("sim_time_s", episode.sim_s)
      .add("wall_time_s", episode.wall_s);
  return json;
}

std::string interval_json(const Interval& interval) {
  return base::JsonObject().add("low", interval.low).add("high", interval.high).text();
}

}  // namespace cherub::abilities
