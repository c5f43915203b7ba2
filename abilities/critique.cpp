#include "abilities/critique.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <map>

#include "abilities/critique_steps.h"
#include "engine/base/json.h"
#include "engine/intents.h"

namespace cherub::abilities {
namespace {

constexpr std::size_t kTableRowsMax = 64;
constexpr std::size_t kClusterSeedsMax = 8;
// Shares of acts from which on they are part of why an episode failed.
constexpr double kManyFaults = 0.1, kMuchBlocked = 0.3;

std::string number(double value) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.4g", value);
  return text.data();
}

bool is_refusal(std::size_t receipt) {
  return receipt != static_cast<std::size_t>(engine::Receipt::kNone) &&
         receipt != static_cast<std::size_t>(engine::Receipt::kAccepted);
}

struct Totals {
  std::vector<std::uint64_t> receipts = std::vector<std::uint64_t>(engine::kReceiptCount);
  std::array<std::uint64_t, scripting::kFaultKindCount> faults{};
  std::map<std::string, std::vector<const EpisodeResult*>> failures;  // by reason
  std::string first_fault;
  std::uint64_t acts = 0, fuel = 0, fuel_max = 0;
  const EpisodeResult* worst = nullptr;
};

// Failures of one kind: how it ended, and what stood in the way most of the time.
std::string cluster_of(const EpisodeResult& episode) {
  std::string reason = failure_reason(episode);
  const double acts = static_cast<double>(episode.policy.acts);
  const auto blocked = static_cast<std::size_t>(engine::Receipt::kBlocked);
  if (static_cast<double>(episode.policy.fault_count()) > kManyFaults * acts) {
    reason += ", many acts faulted";
  }
  if (blocked < episode.receipts.size() &&
      static_cast<double>(episode.receipts[blocked]) > kMuchBlocked * acts) {
    reason += ", blocked much of the time";
  }
  return reason;
}

Totals totals_of(const CritiqueInput& input) {
  Totals totals;
  totals.worst = worst_episode(input);
  for (const EpisodeResult& episode : input.episodes) {
    if (!episode.success) totals.failures[cluster_of(episode)].push_back(&episode);
    for (std::size_t i = 0; i < episode.receipts.size() && i < totals.receipts.size(); ++i) {
      totals.receipts[i] += episode.receipts[i];
    }
    for (std::size_t i = 0; i < totals.faults.size(); ++i) {
      totals.faults[i] += episode.policy.faults[i];
    }
    if (totals.first_fault.empty()) totals.first_fault = episode.policy.first_fault;
    totals.acts += episode.policy.acts;
    totals.fuel += episode.policy.fuel;
    totals.fuel_max = std::max(totals.fuel_max, episode.policy.fuel_max);
  }
  return totals;
}

std::string seed_table(const CritiqueInput& input) {
  std::string text = "| seed | success | score |";
  std::string rule = "|---|---|---|";
  for (const engine::MetricSpec& metric : input.scenario->metrics) {
    text += " " + metric.name + (metric.unit.empty() ? "" : " (" + metric.unit + ")") + " |";
    rule += "---|";
  }
  text += " faults | end |\n" + rule + "---|---|\n";
  for (std::size_t row = 0; row < input.episodes.size(); ++row) {
    if (row == kTableRowsMax) {
      text += "\n(" + std::to_string(input.episodes.size() - row) + " more episodes)\n";
      break;
    }
    const EpisodeResult& episode = input.episodes[row];
    text += "| " + std::to_string(episode.seed) + " | " + (episode.success ? "yes" : "no") + " | " +
            number(episode_score(*input.scenario, *input.objective, episode)) + " |";
    for (const double value : episode.metrics) text += " " + number(value) + " |";
    text +=
        " " + std::to_string(episode.policy.fault_count()) + " | " + episode.end_reason + " |\n";
  }
  return text;
}

// "reached 0.5, damage 1 m": the means of a cluster's metrics that the objective weighs.
std::string means_text(const CritiqueInput& input, const std::vector<const EpisodeResult*>& some) {
  std::string text;
  for (std::size_t i = 0; i < input.scenario->metrics.size(); ++i) {
    if (i < input.objective->weights.size() && input.objective->weights[i] == 0) continue;
    std::vector<double> values;
    for (const EpisodeResult* episode : some) {
      if (i < episode->metrics.size()) values.push_back(episode->metrics[i]);
    }
    const engine::MetricSpec& metric = input.scenario->metrics[i];
    const Spread spread = spread_of(std::move(values), worst_end(metric));
    if (spread.count == 0) continue;
    text += (text.empty() ? "" : ", ") + metric.name + " " + number(spread.mean);
    if (!metric.unit.empty() && metric.unit != "1") text += " " + metric.unit;
  }
  return text;
}

std::string failures_text(const CritiqueInput& input, const Totals& totals) {
  if (totals.failures.empty()) return "";
  std::string text = "## Failures by reason\n\n";
  for (const auto& [reason, episodes] : totals.failures) {
    std::string seeds;
    for (std::size_t i = 0; i < std::min(episodes.size(), kClusterSeedsMax); ++i) {
      seeds += (i == 0 ? "" : ", ") + std::to_string(episodes[i]->seed);
    }
    if (episodes.size() > kClusterSeedsMax) seeds += ", …";
    text += "- " + std::to_string(episodes.size()) + " x " + reason + " (seeds " + seeds +
            "); on average " + means_text(input, episodes) + "\n";
  }
  return text + "\n";
}

// The beginning and the end of an episode; what lies between is long and dull.
std::string worst_text(const CritiqueInput& input, const EpisodeResult& worst) {
  std::string text = "## Worst episode: seed " + std::to_string(worst.seed) + ", " +
                     std::to_string(worst.ticks) + " ticks, ended by " + worst.end_reason + "\n\n";
  if (const auto tick = first_divergence(worst.steps_jsonl, input.parent_steps)) {
    text += "It goes another way than its parent from tick " + std::to_string(*tick) + " on.\n\n";
  } else if (!input.parent_steps.empty()) {
    text += "The agent that is followed does all that it did under the parent.\n\n";
  }
  const std::string steps = steps_text(worst.steps_jsonl);
  return steps.empty() ? text : text + "```text\n" + steps + "```\n\n";
}

std::string faults_text(const Totals& totals) {
  std::string text;
  for (int kind = 0; kind < scripting::kFaultKindCount; ++kind) {
    const std::uint64_t count = totals.faults[static_cast<std::size_t>(kind)];
    if (count == 0) continue;
    text += "- " + std::to_string(count) + " x " +
            scripting::fault_name(static_cast<scripting::FaultKind>(kind)) + "\n";
  }
  if (text.empty()) return "";
  return "## Faults (of " + std::to_string(totals.acts) + " acts)\n\n" + text +
         "\nThe first one:\n\n```\n" + totals.first_fault + "\n```\n\n";
}

struct Comparison {
  double score_change = 0;
  std::vector<std::uint64_t> gained, lost;  // seeds
};

Comparison compare(const CritiqueInput& input) {
  Comparison comparison;
  std::map<std::uint64_t, const EpisodeResult*> parents;
  for (const EpisodeResult& episode : input.parent_episodes) parents[episode.seed] = &episode;
  double change = 0;
  std::size_t pairs = 0;
  for (const EpisodeResult& episode : input.episodes) {
    const auto found = parents.find(episode.seed);
    if (found == parents.end()) continue;
    change += episode_score(*input.scenario, *input.objective, episode) -
              episode_score(*input.scenario, *input.objective, *found->second);
    ++pairs;
    if (episode.success && !found->second->success) comparison.gained.push_back(episode.seed);
    if (!episode.success && found->second->success) comparison.lost.push_back(episode.seed);
  }
  if (pairs > 0) comparison.score_change = change / static_cast<double>(pairs);
  return comparison;
}

std::string seeds_text(const std::vector<std::uint64_t>& seeds) {
  std::string text;
  for (const std::uint64_t seed : seeds) text += (text.empty() ? "" : ", ") + std::to_string(seed);
  return text.empty() ? "none" : text;
}

std::string seeds_json(const std::vector<std::uint64_t>& seeds) {
  base::JsonArray array;
  for (const std::uint64_t seed : seeds) array.raw(std::to_string(seed));
  return array.text();
}

std::string comparison_text(const Comparison& comparison) {
  return "## Against the parent, on the same seeds\n\n- score change " +
         number(comparison.score_change) + "\n- newly solved: " + seeds_text(comparison.gained) +
         "\n- no longer solved: " + seeds_text(comparison.lost) + "\n\n";
}

std::string head_text(const CritiqueInput& input) {
  const Aggregate aggregate = aggregate_of(*input.scenario, *input.objective, input.episodes);
  return "# Critique\n\nScore " + number(aggregate.score) + ", success in " +
         std::to_string(aggregate.successes) + " of " + std::to_string(aggregate.episodes) +
         " episodes (95 % interval " + number(aggregate.interval.low) + " to " +
         number(aggregate.interval.high) + ").\n\n";
}

std::string findings_text(const CritiqueInput& input, const Totals& totals) {
  std::string text = failures_text(input, totals);
  const std::string refusals = refusals_text(totals.receipts);
  if (!refusals.empty()) text += "## Refused intents\n\n" + refusals + "\n\n";
  text += faults_text(totals);
  if (totals.acts > 0) {
    text += "Fuel per act: mean " +
            number(static_cast<double>(totals.fuel) / static_cast<double>(totals.acts)) + ", max " +
            std::to_string(totals.fuel_max) + ".\n\n";
  }
  if (!input.parent_episodes.empty()) text += comparison_text(compare(input));
  if (totals.worst != nullptr) text += worst_text(input, *totals.worst);
  return text;
}

std::string json_of(const CritiqueInput& input, const Totals& totals) {
  base::JsonObject failures, refused, faults;
  for (const auto& [reason, episodes] : totals.failures) failures.add(reason, episodes.size());
  for (std::size_t i = 0; i < totals.receipts.size(); ++i) {
    if (!is_refusal(i) || totals.receipts[i] == 0) continue;
    refused.add(engine::receipt_name(static_cast<engine::Receipt>(i)), totals.receipts[i]);
  }
  for (int kind = 0; kind < scripting::kFaultKindCount; ++kind) {
    faults.add(scripting::fault_name(static_cast<scripting::FaultKind>(kind)),
               totals.faults[static_cast<std::size_t>(kind)]);
  }
  const Aggregate aggregate = aggregate_of(*input.scenario, *input.objective, input.episodes);
  base::JsonObject json;
  json.add("score", aggregate.score)
      .add("success_rate", aggregate.success_rate)
      .add("episodes", aggregate.episodes)
      .raw("failures", failures.text())
      .raw("refused_intents", refused.text())
      .raw("faults", faults.text())
      .add("first_fault", totals.first_fault)
      .add("acts", totals.acts)
      .add("fuel_per_act_max", totals.fuel_max);
  if (totals.worst != nullptr) {
    json.add("worst_seed", totals.worst->seed);
    const auto tick = first_divergence(totals.worst->steps_jsonl, input.parent_steps);
    if (tick) json.add("diverges_at_tick", *tick);
  }
  if (!input.parent_episodes.empty()) {
    const Comparison comparison = compare(input);
    json.raw("parent", base::JsonObject()
                           .add("score_change", comparison.score_change)
                           .raw("newly_solved", seeds_json(comparison.gained))
                           .raw("no_longer_solved", seeds_json(comparison.lost))
                           .text());
  }
  return json.text();
}

}  // namespace

std::string failure_reason(const EpisodeResult& episode) {
  if (episode.policy.acts > 0 && episode.policy.fault_count() == episode.policy.acts) {
    return "every act faulted";
  }
  return episode.end_reason == "reached" ? "reached, but not well enough" : episode.end_reason;
}

std::string receipt_counts_json(std::span<const EpisodeResult> episodes) {
  base::JsonObject counts;
  for (std::size_t i = 0; i < engine::kReceiptCount; ++i) {
    const auto receipt = static_cast<engine::Receipt>(i);
    if (receipt == engine::Receipt::kNone) continue;  // nothing was asked for
    std::uint64_t count = 0;
    for (const EpisodeResult& episode : episodes) {
      if (i < episode.receipts.size()) count += episode.receipts[i];
    }
    if (count > 0) counts.add(engine::receipt_name(receipt), count);
  }
  return counts.text();
}

std::string refusals_text(const std::vector<std::uint64_t>& receipts) {
  std::vector<std::pair<std::uint64_t, std::size_t>> found;
  for (std::size_t i = 0; i < receipts.size(); ++i) {
    if (is_refusal(i) && receipts[i] > 0) found.emplace_back(receipts[i], i);
  }
  std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) {
    return a.first != b.first ? a.first > b.first : a.second < b.second;
  });
  std::string text;
  for (const auto& [count, receipt] : found) {
    text += (text.empty() ? "" : ", ") + std::to_string(count) + " x " +
            engine::receipt_name(static_cast<engine::Receipt>(receipt));
  }
  return text;
}

const EpisodeResult* worst_episode(const CritiqueInput& input) {
  const EpisodeResult* worst = nullptr;
  double worst_score = 0;
  for (const EpisodeResult& episode : input.episodes) {
    if (episode.ticks == 0) continue;
    const double score = episode_score(*input.scenario, *input.objective, episode);
    if (worst != nullptr && score >= worst_score) continue;
    worst = &episode;
    worst_score = score;
  }
  return worst;
}

Critique make_critique(const CritiqueInput& input) {
  const Totals totals = totals_of(input);
  const std::string head = head_text(input), findings = findings_text(input, totals);
  return {head + seed_table(input) + "\n" + findings, head + findings, json_of(input, totals)};
}

}  // namespace cherub::abilities
