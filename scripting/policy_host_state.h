#pragma once

#include <array>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "scripting/ability_host.h"
#include "scripting/default_policies.h"
#include "scripting/policy_host.h"
#include "scripting/policy_seats.h"
#include "scripting/policy_shadow.h"
#include "scripting/policy_shard.h"

namespace cherub::scripting {

// What a PolicyHost keeps; for its own files.
struct PolicyHost::State {
  State(std::shared_ptr<ScriptRegistry> scripts, HostOptions host_options)
      : registry(std::move(scripts)), options(host_options), abilities(registry, options) {}

  std::shared_ptr<ScriptRegistry> registry;
  HostOptions options;
  std::map<std::string, PreparedVersion> prepared;  // not at work yet, by sha256
  std::function<void(PreparedVersion)> retire_to;
  PolicySeats seats;
  DefaultPolicies defaults;
  std::string sha256, fallback_sha256;  // as the slot last named them
  std::array<PolicyShard, kShardCount> shards;
  bool watches_receipts = false;
  std::unique_ptr<PolicyShadow> shadow;
  AbilityHost abilities;
  PolicyStats stats;
  std::deque<VersionStats> by_version;
  std::vector<AgentFault> faults;            // of the running tick, by row
  std::vector<MachineFault> machine_faults;  // since they were taken
  std::vector<MachineFault> expected;        // by tick
  std::size_t next_expected = 0;
  std::vector<MachineFault> expected_uses;  // of the running tick, in abilities
  ActWindow window;

  [[nodiscard]] ActWindow::Mark mark(base::Tick tick) const {
    return {tick, stats.acts, stats.fault_count()};
  }

  PreparedVersion find(const std::string& sha256, const engine::Scenario& scenario,
                       LoadVerdict& verdict);
  void notice_slot(const engine::World& seen);
  void follow_slot(const engine::World& seen, const engine::ScriptSlot& slot);
  void retire();
  void expect_faults(base::Tick tick);
  void run_shards(const engine::World& seen, engine::Intents& intents);
  void use_abilities(const engine::World& seen, engine::Intents& intents,
                     std::vector<engine::Event>& events);
  void collect(const engine::World& seen, engine::Intents& intents);
  void count_acts();
  void count_fault(const AgentFault& fault, base::Tick tick);
  void count_faults(const engine::World& seen, engine::Intents& intents,
                    std::vector<engine::Event>& events);
  VersionStats& stats_of(const std::string& sha256, base::Tick tick);
};

}  // namespace cherub::scripting
