#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "engine/behaviour.h"
#include "engine/world.h"
#include "sandbox/syntax/diagnostic.h"
#include "sandbox/value.h"
#include "scripting/act_window.h"
#include "scripting/registry.h"

namespace cherub::scripting {

struct HostOptions {
  std::uint64_t fuel_per_act = 20'000;        // one agent, one tick
  std::uint64_t fuel_saved_max = 80'000;      // what an agent may save of it for later acts
  std::uint64_t fuel_per_load = 2'000'000;    // running the source once, and init, migrate, collect
  std::size_t memory_bytes = 64u << 20;       // per Vm
  std::size_t memory_per_agent_bytes = 4096;  // serialised self.memory
  // Per Vm of an ability. What a use can hold is bounded by its fuel, far below this.
  std::size_t ability_memory_bytes = 64u << 20;
  bool jit = true;
  // Faults of the machine come from expect_machine_faults() alone: the watchdog rests, and the
  // limit of memory is out of the way.
  bool replays = false;

  // Of a Vm that is to have so many bytes.
  [[nodiscard]] std::size_t memory_limit(std::size_t bytes) const {
    return replays ? bytes * 4 : bytes;
  }
};

enum class FaultKind {
  kError,
  kFuel,
  kInvalidMemory,  // self.memory is not plain data, or too large
  // What the machine decides, not the script. The agent loses its memory.
  kMemory,    // its call met the memory limit
  kWatchdog,  // its call took far too long
  kOverflow,  // the memories of a shard's agents together; all of them are lost
  kMigrate,   // its memory could not move to a new version: it keeps both, and acts
};
inline constexpr int kFaultKindCount = 7;
const char* fault_name(FaultKind kind);

// What the policy of one slot did since the last reset().
struct PolicyStats {
  std::uint64_t acts = 0;
  std::uint64_t fuel = 0;      // in all
  std::uint64_t fuel_max = 0;  // of one act
  std::array<std::uint64_t, kFaultKindCount> faults{};
  std::string first_fault;  // "policy:12: attempt to index a nil value …" with traceback
  // While receipts are watched: acts whose outcome was seen, and those of which an intent was
  // refused.
  std::uint64_t judged = 0, refused = 0;
  [[nodiscard]] std::uint64_t fault_count() const;
};

// The same of one version, since it first came; kVersionStatsMax of the newest are known.
struct VersionStats {
  std::string sha256;
  engine::Tick since = 0;
  std::uint64_t agents = 0;  // that it drove in the last tick
  PolicyStats stats;
};
inline constexpr std::size_t kVersionStatsMax = 16;

// What a version of the script keeps for one agent, as it is saved; nil when that is nothing yet.
struct AgentMemory {
  engine::EntityId agent;
  sandbox::Value memory;
  std::uint8_t seat = 0;  // of the version: SavedVersion
  bool drives = true;     // false: it only keeps this for the case that it is restored
  double saved_fuel = 0;  // of the agent; where the version drives it
};
struct SavedVersion {
  std::uint8_t seat = 0;
  std::uint64_t joined = 0;  // counts up: who came later has more
  std::string sha256;
};
// What one version of an ability did since it came.
struct AbilityStats {
  std::uint64_t uses = 0;      // its script ran
  std::uint64_t accepted = 0;  // by script and price; the engine may still refuse
  std::uint64_t refused = 0;   // over its price, or no list of effects that can be
  std::uint64_t faults = 0;
  std::uint64_t fuel = 0, fuel_max = 0;  // in all and of one use
  std::string first_fault;
};

// How scripts have done: what decides on quarantines is the same in a world that was loaded.
// Receipts (`judged`, `refused`) are counted while somebody watches, and not kept.
struct SavedCounts {
  PolicyStats total;
  std::vector<VersionStats> versions;
  std::deque<ActWindow::Mark> window;
  std::map<std::string, AbilityStats> abilities;  // by sha256
};

// All that policies keep, between two ticks.
struct SavedPolicies {
  std::vector<SavedVersion> versions;  // at work, by seat
  std::vector<std::uint32_t>
      migration;                    // by shard: the row where it goes on; empty: all have moved
  std::vector<AgentMemory> agents;  // by row, then by seat
  SavedCounts counts;
};

// How far the memories have moved to the version that came last.
struct Migration {
  bool going = false;
  std::uint64_t moved = 0, stayed = 0;  // agents; those that stayed keep their version
  std::string first_failure;            // of migrate
};

// What a version did that acted beside those that drive the world.
struct ShadowReport {
  std::uint64_t ticks = 0, agents = 0, acts = 0, fuel = 0;
  std::uint64_t faults = 0;
  std::uint64_t refused = 0;       // acts of which an intent would surely have been
  std::uint64_t not_migrated = 0;  // agents whose memory could not be taken over
  std::uint64_t compared = 0;      // acts, of which intents were of another kind:
  std::uint64_t other_moves = 0, other_abilities = 0, other_messages = 0;
  std::string first_fault;
};

// A fault whose place the machine chose, not the script: memory, or the watchdog. Replays apply
// them as they were recorded.
struct MachineFault {
  engine::Tick tick = 0;
  std::uint32_t row = 0;
  FaultKind kind = FaultKind::kMemory;
  std::string message;
  bool in_ability = false;  // that the agent used; else in its policy
};
// "memory", "ability_memory" …, as journals name them, and back; what is no name is left alone.
std::string recorded_kind(const MachineFault& fault);
void set_recorded_kind(MachineFault& fault, std::string_view kind);

// The result of loading a version and of a reload.
struct LoadVerdict {
  bool ok = false;
  std::string stage;  // "parse" | "check" | "load" | "migrate" when not ok
  sandbox::Diagnostics diagnostics;
};

class AbilityHost;

// A version that was checked and loaded, ready to act.
class PolicyVersion;
struct PolicyVersionDeleter {
  void operator()(PolicyVersion* version) const;
};
using PreparedVersion = std::unique_ptr<PolicyVersion, PolicyVersionDeleter>;
// Takes milliseconds; any thread. For a world of so many rows. A null pointer, and why not.
PreparedVersion prepare_version(std::shared_ptr<const ScriptVersion> version,
                                const engine::Scenario& scenario, const HostOptions& options,
                                std::size_t rows, LoadVerdict& verdict);

// Runs policies in a world: the Behaviour that reads script slots, keeps the Vms of each version,
// and turns acts into intents, on the world's pool. A policy that faults gives its agent the native
// behaviour for that tick. Owned by the thread that steps the world.
class PolicyHost final : public engine::Behaviour {
 public:
  PolicyHost(std::shared_ptr<ScriptRegistry> registry, HostOptions options);
  ~PolicyHost() override;

  // Parses, checks and loads a version now, so that the tick that installs it does not pay for it.
  // The world tells which scenario's names exist. Refused: the version cannot be installed.
  LoadVerdict prepare(const std::string& sha256, const engine::Scenario& scenario);

  // For the tick that installs it; the same as prepare() without its cost.
  void hand_over(PreparedVersion version);
  // Where versions go that are needed no more: freeing their memory takes time. Without it, they
  // are freed at once.
  void retire_to(std::function<void(PreparedVersion)> sink);

  // When the world's slot names another version than before, that one drives newcomers at once and
  // the others as their memories go through migrate, some in every tick; whose does not move keeps
  // the version that it has. docs/RELOAD.md.
  void decide(const engine::World& world, engine::Intents& intents,
              std::vector<engine::Event>& faults) override;
  // Of the memories: a hundredth of the agents is looked at in every tick. Covers what was seen
  // since the last tick that is a multiple of kBehaviourHashInterval, or the last save.
  std::uint64_t state_hash() override;

  // Everything that policies keep. Memories are made anew from what is returned, so that a world
  // that goes on and one that is loaded are alike; a replay must call this at the same ticks.
  SavedPolicies save_memories();
  // For a world that was restored, before its first decide. All versions must be registered.
  base::Result<void> restore_memories(const engine::World& world, const SavedPolicies& saved);

  // Lets a version act beside the others from the next tick on, until end_shadow().
  void begin_shadow(PreparedVersion version);
  [[nodiscard]] const ShadowReport* shadow() const;  // a null pointer: there is none
  void end_shadow();
  // From now on stats count refused intents, at a cost.
  void watch_receipts(bool watch);
  [[nodiscard]] Migration migration() const;

  // The machine faults since the last call, in order.
  std::vector<MachineFault> take_machine_faults();
  // Which faults a host that replays has to apply, by tick.
  void expect_machine_faults(std::vector<MachineFault> faults);

  // The scripts of what the agents can do beyond moving and speaking.
  [[nodiscard]] AbilityHost& abilities();

  // Forgets agents, memories and statistics and runs the sources afresh, for another episode in a
  // new world.
  void reset();

  [[nodiscard]] const PolicyStats& stats() const;
  [[nodiscard]] std::vector<VersionStats> version_stats() const;
  // How the slot's version did of late.
  [[nodiscard]] const ActWindow& window() const;
  // Of one version; a null pointer when it has not acted, or long ago.
  [[nodiscard]] const PolicyStats* stats_of(const std::string& sha256) const;
  // The sha256 of the version that drives an agent; empty: none.
  [[nodiscard]] std::string version_of(engine::EntityId agent) const;
  // The policy's collect(step) for one agent as JSON, or "null" when it has none or it faults.
  std::string collect_json(const engine::World& world, std::uint32_t row);
  // The policy's finalize(episode) as JSON, likewise. `episode_json`: an object that it is given.
  std::string finalize_json(const std::string& episode_json);
  // Fuel that the agent's last act used.
  [[nodiscard]] std::uint64_t last_fuel(engine::EntityId agent) const;
  // What it may use in the next one beyond its allotment.
  [[nodiscard]] std::uint64_t saved_fuel(engine::EntityId agent) const;
  // self.memory of one agent as JSON.
  std::string memory_json(engine::EntityId agent);
  // Lines the policy noted with self:note() or print() since the last call: "row text".
  std::vector<std::string> take_notes();

 private:
  [[nodiscard]] PolicyVersion* driver_of(engine::EntityId agent) const;

  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace cherub::scripting
