#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "engine/base/result.h"
#include "engine/intents.h"
#include "engine/world.h"
#include "sandbox/meter.h"
#include "sandbox/trusted.h"
#include "sandbox/vm.h"
#include "scripting/ability_vm.h"
#include "scripting/policy_host.h"
#include "scripting/view.h"

namespace cherub::scripting {

// What messages call a policy's source.
inline constexpr const char* kPolicyScriptName = "policy";

// A fault of one agent in one tick.
struct AgentFault {
  std::uint32_t row = 0;
  FaultKind kind = FaultKind::kError;
  std::string message;
  std::uint8_t seat = 0;  // of the version that acted: policy_seats.h
};

// Whether a memory takes no more than so many bytes as JSON.
bool fits_memory(const sandbox::Value& memory, std::size_t bytes_max);

// One Vm with one script version and the trusted Lua that drives it over the agents of a shard.
// Keeps their memories. Used by one thread at a time.
class PolicyVm {
 public:
  // Loads a source that was checked and metered for such options, and runs it once; a null pointer
  // and why not.
  static std::unique_ptr<PolicyVm> create(const sandbox::MeteredSource& source,
                                          const engine::Scenario& scenario,
                                          const HostOptions& options, LoadVerdict& verdict);
  // The same without any source yet, for load() and, behind renew(), for another load().
  static std::unique_ptr<PolicyVm> create_reusable(const engine::Scenario& scenario,
                                                   const HostOptions& options,
                                                   LoadVerdict& verdict);
  // False and why not; it is of no use then.
  bool load(const sandbox::MeteredSource& source, LoadVerdict& verdict);
  // Of a reusable one: takes the source out, and all that it did. False: it is of no use any more.
  bool renew();
  ~PolicyVm();

  // What a decide phase reads and writes. The arrays have an entry for every row.
  struct Turn {
    const engine::World* world = nullptr;
    engine::Intents* intents = nullptr;
    std::uint32_t* ready = nullptr;  // 1 + the generation that init has welcomed
    float* fuel = nullptr;           // of the last act
    float* saved_fuel = nullptr;     // what earlier acts left
  };
  // Lets the policy act for the rows, which ascend. Appends faults, in row order, and messages;
  // agents with a fault ask for nothing. `uses`: abilities that the agents asked for, by row.
  // `expected`: machine faults that must happen, by row.
  void decide(const Turn& turn, std::span<const std::uint32_t> rows,
              std::span<const MachineFault> expected, std::vector<AgentFault>& faults,
              std::vector<engine::Intents::Message>& messages, std::vector<AskedUse>& uses);

  // Runs the source afresh and forgets all agents.
  base::Result<void> restart();

  // Fuel of all acts of the last decide, and the largest.
  [[nodiscard]] std::pair<std::uint64_t, std::uint64_t> last_fuel() const;
  std::vector<std::string> take_notes();

  // False when no agent has a memory.
  [[nodiscard]] bool may_have_memories() const { return may_have_memories_; }
  bool remembers(std::uint32_t row);  // anything but nil
  [[nodiscard]] bool has_migrate() const { return has_migrate_; }
  // An agent's memory as plain data; nil when it has none. The error says what in it is not plain.
  base::Result<sandbox::Value> memory(std::uint32_t row);
  // Whether it keeps to its contract: plain data, not too large.
  base::Result<void> memory_within_limit(std::uint32_t row);
  void drop_memory(std::uint32_t row);
  void drop_memories(std::span<const std::uint32_t> rows);
  base::Result<void> set_memory(std::uint32_t row, const sandbox::Value& memory);
  // Gives an agent's memory to the policy's migrate and keeps what it makes of it. The error is
  // kUnavailable where the machine decided: memory, or the watchdog.
  base::Result<void> adopt(const engine::World& world, std::uint32_t row,
                           const sandbox::Value& memory);

  std::string collect_json(const engine::World& world, std::uint32_t row);
  std::string finalize_json(const std::string& episode_json);

 private:
  explicit PolicyVm(const HostOptions& options) : options_(options) {}
  bool open(const engine::Scenario& scenario, bool reusable, LoadVerdict& verdict);
  base::Result<void> open_driver(const engine::Scenario& scenario);
  void push_host_table(const engine::Scenario& scenario);
  // Calls a function of the driver with the `arguments` on top of the stack.
  bool call_driver(const char* name, int arguments, int results, std::uint64_t fuel);
  bool ask_driver(const char* name);  // a function without arguments that answers yes or no
  std::string answer_json(bool called);
  void decide_some(std::span<const std::uint32_t> rows, std::span<const MachineFault> expected);
  void overflow(std::uint32_t row);
  static int on_fault(lua_State* lua);
  static int on_say(lua_State* lua);
  static int on_ask_for(lua_State* lua);
  static int on_use(lua_State* lua);
  void take_message(lua_State* lua, engine::MessageKind kind);
  void tell_abilities(const engine::World& world);
  static int on_note(lua_State* lua);
  static double draw(void* context);

  HostOptions options_;
  View view_;
  std::unique_ptr<sandbox::Vm> vm_;
  std::unique_ptr<sandbox::Script> script_;
  int driver_ = -1;  // registry reference of the table that policy.lua returns
  std::vector<engine::Intents::Message>* messages_ = nullptr;  // of the running decide
  std::vector<AgentFault>* faults_ = nullptr;
  std::vector<AskedUse>* uses_ = nullptr;
  std::vector<std::string> ability_names_;  // that the driver knows, by AbilityIndex
  bool may_have_memories_ = false;
  bool has_migrate_ = false;
  std::vector<std::string> notes_;
  base::RandomStream stream_{0};
  std::uint64_t stream_owner_ = kNoOwner;  // row the stream was made for in this phase
  static constexpr std::uint64_t kNoOwner = ~std::uint64_t{0};
};

}  // namespace cherub::scripting
