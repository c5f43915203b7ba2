#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "engine/base/result.h"
#include "engine/behaviour.h"
#include "engine/world.h"
#include "sandbox/syntax/diagnostic.h"
#include "sandbox/value.h"
#include "scripting/registry.h"

namespace cherub::scripting {

struct HostOptions {
  std::uint64_t fuel_per_act = 20'000;        // one agent, one tick
  std::uint64_t fuel_per_load = 2'000'000;    // running the source once, and init, migrate, collect
  std::size_t memory_bytes = 64u << 20;       // per Vm
  std::size_t memory_per_agent_bytes = 4096;  // serialised self.memory
  bool jit = true;
  // Faults of the machine come from expect_machine_faults() alone: the watchdog rests, and the
  // limit of memory is out of the way.
  bool replays = false;
};

enum class FaultKind {
  kError,
  kFuel,
  kInvalidMemory,  // self.memory is not plain data, or too large
  // What the machine decides, not the script. The agent loses its memory.
  kMemory,    // its call met the memory limit
  kWatchdog,  // its call took far too long
  kOverflow,  // the memories of a shard's agents together; all of them are lost
};
inline constexpr int kFaultKindCount = 6;
const char* fault_name(FaultKind kind);

// What the policy of one slot did since the last reset().
struct PolicyStats {
  std::uint64_t acts = 0;
  std::uint64_t fuel = 0;              // in all
  std::uint64_t fuel_max = 0;          // of one act
  std::uint64_t fuel_max_version = 0;  // of one act of the version that acts now
  std::array<std::uint64_t, kFaultKindCount> faults{};
  std::string first_fault;  // "policy:12: attempt to index a nil value …" with traceback
  [[nodiscard]] std::uint64_t fault_count() const;
};

// What the script of one agent keeps, as it is saved; nil when it has kept nothing yet.
struct AgentMemory {
  engine::EntityId agent;
  sandbox::Value memory;
};

// A fault whose place the machine chose, not the script: memory, or the watchdog. Replays apply
// them as they were recorded.
struct MachineFault {
  engine::Tick tick = 0;
  std::uint32_t row = 0;
  FaultKind kind = FaultKind::kMemory;
  std::string message;
};

// The result of loading a version and of a reload.
struct LoadVerdict {
  bool ok = false;
  std::string stage;  // "parse" | "check" | "load" | "migrate" when not ok
  sandbox::Diagnostics diagnostics;
};

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

  // When the world's slot names another version than before, swaps first: memories go through
  // migrate.
  void decide(const engine::World& world, engine::Intents& intents,
              std::vector<engine::Event>& faults) override;
  // Of the memories: a hundredth of the agents is looked at in every tick. Covers what was seen
  // since the last tick that is a multiple of kBehaviourHashInterval, or the last save.
  std::uint64_t state_hash() override;

  // The memories of all agents that a script drives, in row order. The running ones are made anew
  // from what is returned, so that a world that goes on and one that is loaded are alike; a replay
  // must call this at the same ticks.
  std::vector<AgentMemory> save_memories();
  // For a world that was restored, before its first decide: the slot's version is prepared already.
  base::Result<void> restore_memories(const engine::World& world,
                                      std::span<const AgentMemory> memories);

  // The machine faults since the last call, in order.
  std::vector<MachineFault> take_machine_faults();
  // Which faults a host that replays has to apply, by tick.
  void expect_machine_faults(std::vector<MachineFault> faults);

  // Forgets agents, memories and statistics and runs the sources afresh, for another episode in a
  // new world.
  void reset();

  [[nodiscard]] const PolicyStats& stats() const;
  // The policy's collect(step) for one agent as JSON, or "null" when it has none or it faults.
  std::string collect_json(const engine::World& world, std::uint32_t row);
  // The policy's finalize(episode) as JSON, likewise. `episode_json`: an object that it is given.
  std::string finalize_json(const std::string& episode_json);
  // Fuel that the agent's last act used.
  [[nodiscard]] std::uint64_t last_fuel(engine::EntityId agent) const;
  // self.memory of one agent as JSON.
  std::string memory_json(engine::EntityId agent);
  // Lines the policy noted with self:note() or print() since the last call: "row text".
  std::vector<std::string> take_notes();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace cherub::scripting
