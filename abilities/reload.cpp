#include "abilities/reload.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace cherub::abilities {
namespace {

std::string percent(double share) {
  const auto tenths = static_cast<long long>(std::llround(share * 1000));
  return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + " %";
}

}  // namespace

const char* reload_state_name(ReloadState state) {
  switch (state) {
    case ReloadState::kSubmitted:
      return "submitted";
    case ReloadState::kChecked:
      return "checked";
    case ReloadState::kShadowed:
      return "shadowed";
    case ReloadState::kSwapped:
      return "swapped";
    case ReloadState::kProbation:
      return "probation";
    case ReloadState::kAccepted:
      return "accepted";
    case ReloadState::kRolledBack:
      return "rolled_back";
    case ReloadState::kRefused:
      return "refused";
    case ReloadState::kSuperseded:
      return "superseded";
    case ReloadState::kAbandoned:
      return "abandoned";
  }
  return "unknown";
}

ActCounts operator-(const ActCounts& now, const ActCounts& before) {
  const auto since = [](std::uint64_t a, std::uint64_t b) { return a - std::min(a, b); };
  return {since(now.acts, before.acts), since(now.faults, before.faults),
          since(now.judged, before.judged), since(now.refused, before.refused)};
}

ReloadWatch ReloadWatch::on_probation(const ReloadLimits& limits, const ReloadFacts& facts) {
  ReloadWatch watch(limits);
  watch.state_ = ReloadState::kSwapped;
  watch.since_ = facts.tick;
  watch.begun_ = facts;
  return watch;
}

void ReloadWatch::end(ReloadState state, std::string reason) {
  state_ = state;
  reason_ = std::move(reason);
}

void ReloadWatch::checked(const ReloadFacts& facts, ReloadTrial trial) {
  state_ = ReloadState::kChecked;
  trial_ = trial;
  since_ = facts.tick;
  begun_ = facts;
}

void ReloadWatch::swapped(const ReloadFacts& facts) {
  state_ = ReloadState::kSwapped;
  since_ = facts.tick;
  begun_ = facts;
  seen_ = {};
}

bool ReloadWatch::on_tick(const ReloadFacts& facts) {
  switch (state_) {
    case ReloadState::kChecked:
      return look_at_shadow(facts);
    case ReloadState::kSwapped:
    case ReloadState::kProbation:
      return look_at_probation(facts);
    default:
      return false;
  }
}

// Why the new version is worse than the old one; empty: it is not.
std::optional<std::string> ReloadWatch::worse() const {
  const auto told = [&](const char* what, std::uint64_t count, std::uint64_t of, double before,
                        bool known) {
    return std::to_string(count) + " of its " + std::to_string(of) + " acts " + what +
           (known ? ", of the old version's " + percent(before) : std::string()) + ".";
  };
  const auto share = [&](std::uint64_t count, std::uint64_t of) {
    return double(count) / double(std::max(of, limits_.acts_min));
  };
  const double old_faults = baseline_ ? baseline_->fault_share() : 0;
  if (seen_.faults >= limits_.faults_min &&
      share(seen_.faults, seen_.acts) > limits_.times * old_faults + limits_.more_faults) {
    return told("failed", seen_.faults, seen_.acts, old_faults, baseline_.has_value());
  }
  // Refusals are part of many lives: without the old version's nothing can be said.
  if (!baseline_) return std::nullopt;
  const double old_refused = baseline_->refused_share();
  if (seen_.refused >= limits_.refused_min &&
      share(seen_.refused, seen_.judged) > limits_.times * old_refused + limits_.more_refused) {
    return told("asked for what was refused", seen_.refused, seen_.judged, old_refused, true);
  }
  return std::nullopt;
}

bool ReloadWatch::look_at_shadow(const ReloadFacts& facts) {
  if (trial_ != ReloadTrial::kFull) {
    if (trial_ == ReloadTrial::kProbation) baseline_ = ActCounts{};
    state_ = ReloadState::kShadowed;
    return true;
  }
  baseline_ = facts.old_version - begun_.old_version;
  seen_ = facts.new_version;
  const double not_migrated =
      facts.agents + facts.not_migrated > 0
          ? double(facts.not_migrated) / double(facts.agents + facts.not_migrated)
          : 0;
  if (not_migrated > limits_.not_migrated_max) {
    end(ReloadState::kRefused, "The memories of " + percent(not_migrated) +
                                   " of the agents that were tried cannot move to it.");
    return true;
  }
  if (auto why = worse()) {
    end(ReloadState::kRefused, "Beside the old version, " + *why);
    return true;
  }
  if (!is_over_after(facts.tick - since_, limits_.shadow_ticks, limits_.shadow_ticks_max)) {
    return false;
  }
  state_ = ReloadState::kShadowed;
  return true;
}

bool ReloadWatch::is_over_after(Tick ticks, Tick least, Tick most) const {
  return ticks >= least && (seen_.acts >= limits_.acts_wanted || ticks >= most);
}

bool ReloadWatch::look_at_probation(const ReloadFacts& facts) {
  seen_ = facts.new_version - begun_.new_version;
  const bool forced = trial_ == ReloadTrial::kNone;
  if (!forced) {
    if (auto why = worse()) {
      end(ReloadState::kRolledBack, "In the world, " + *why);
      return true;
    }
  }
  if (state_ == ReloadState::kSwapped) {
    if (facts.migrating) return false;
    state_ = forced ? ReloadState::kAccepted : ReloadState::kProbation;
    since_ = facts.tick;
    return true;
  }
  if (!is_over_after(facts.tick - since_, limits_.probation_ticks, limits_.probation_ticks_max)) {
    return false;
  }
  state_ = ReloadState::kAccepted;
  return true;
}

bool fails_too_often(const ActCounts& window) {
  return window.faults >= kQuarantineFaultsMin && window.fault_share() > kQuarantineShareMax;
}

}  // namespace cherub::abilities
