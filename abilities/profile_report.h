#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "abilities/console.h"
#include "abilities/ledger.h"
#include "abilities/tick_profile.h"
#include "engine/world.h"
#include "scripting/policy_host.h"

namespace cherub::abilities {

inline constexpr std::size_t kVersionsKeptMax = 16;

// What one version of the policy did while it acted.
struct VersionUse {
  std::string sha256;
  base::Tick since = 0;
  std::uint64_t acts = 0, fuel = 0;
  std::uint64_t fuel_max = 0;  // of one act
  std::array<std::uint64_t, scripting::kFaultKindCount> faults{};
};

// Shares out the host's running totals over the versions that acted in turn; the newest
// kVersionsKeptMax.
class VersionLedger {
 public:
  // From the tick `since` on another version acts; `now`: the host's totals at the swap.
  void begin(const std::string& sha256, base::Tick since, const scripting::PolicyStats& now);
  // The host was reset: its totals begin at nothing again.
  void forget() { entries_.clear(); }
  [[nodiscard]] std::vector<VersionUse> uses(const scripting::PolicyStats& now) const;

 private:
  struct Entry {
    std::string sha256;
    base::Tick since;
    scripting::PolicyStats before;
  };
  std::deque<Entry> entries_;
};

// What `profile` tells; null: not there (yet).
struct ProfileSources {
  const engine::World* world = nullptr;
  const TickProfile* ticks = nullptr;
  const Ledger* ledger = nullptr;  // of a run that asks a model
  std::vector<VersionUse> versions;
  std::optional<double> rate_hz;
  std::optional<double> budget_ms;
  bool paused = false;
};
ConsoleReply profile_report(const ProfileSources& sources);

ConsoleReply scenario_report(const engine::Scenario& scenario);

}  // namespace cherub::abilities
