#pragma once

#include <optional>
#include <string>
#include <vector>

#include "abilities/console.h"
#include "abilities/ledger.h"
#include "abilities/tick_profile.h"
#include "engine/world.h"
#include "scripting/policy_host.h"

namespace cherub::abilities {

// What `profile` tells; null: not there (yet).
struct ProfileSources {
  const engine::World* world = nullptr;
  const TickProfile* ticks = nullptr;
  const Ledger* ledger = nullptr;  // of a run that asks a model
  std::vector<scripting::VersionStats> versions;
  std::optional<double> rate_hz;
  std::optional<double> budget_ms;
  bool paused = false;
};
ConsoleReply profile_report(const ProfileSources& sources);

ConsoleReply scenario_report(const engine::Scenario& scenario);

}  // namespace cherub::abilities
