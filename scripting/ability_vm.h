#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/ability.h"
#include "engine/intents.h"
#include "engine/uses.h"
#include "engine/world.h"
#include "sandbox/value.h"
#include "sandbox/vm.h"
#include "scripting/policy_host.h"
#include "scripting/view.h"

namespace cherub::scripting {

inline constexpr std::uint64_t kFuelPerUse = 20'000;  // the file's own lines, can_use and execute
inline constexpr std::size_t kDetailEntriesMax = 8;   // what self:use hands on, and …
inline constexpr std::size_t kDetailBytesMax = 512;   // … the bytes of its texts

// What a policy asked for with self:use(ability, target, details). Neither a target nor a place:
// the user itself is meant.
struct AskedUse {
  std::uint32_t row = 0;
  std::string ability;
  std::optional<engine::EntityId> target;
  bool at_place = false;
  double x = 0, y = 0;  // the place, m
  sandbox::Value details;
};

// What an ability's script made of a use.
struct UseOutcome {
  engine::Receipt receipt = engine::Receipt::kAccepted;
  std::vector<engine::Effect> effects;
  std::uint64_t fuel = 0;  // 0 where the machine ended it: how far it came is not known
  bool ran = false;        // the script was asked
  std::string fault;       // with kFaulted: what and where
  std::optional<FaultKind> machine_fault;  // kMemory or kWatchdog, with `fault`

  // Over its price, or no list that can be: what can_use may say is not meant.
  [[nodiscard]] bool beyond_contract() const {
    return receipt == engine::Receipt::kUnpaid || receipt == engine::Receipt::kTooLong ||
           receipt == engine::Receipt::kNoSuchTarget;
  }
};

// One Vm with one version of an ability. Keeps nothing between uses. Used by one thread at a time.
class AbilityVm {
 public:
  // Loads a source that was checked, and reads what it declares; a null pointer and why not.
  static std::unique_ptr<AbilityVm> create(const ScriptVersion& version,
                                           const engine::Scenario& scenario,
                                           const HostOptions& options, LoadVerdict& verdict);
  ~AbilityVm();

  [[nodiscard]] const engine::AbilitySpec& spec() const { return spec_; }
  [[nodiscard]] const std::string& description() const { return description_; }

  // Runs the script for a use that the engine allows. Its effects cost no more than the spec's
  // energy_cost.
  UseOutcome use(const engine::World& world, std::uint32_t row, const engine::UseRequest& request,
                 const sandbox::Value& details);

 private:
  AbilityVm() = default;
  bool open(const ScriptVersion& version, const engine::Scenario& scenario,
            const HostOptions& options, LoadVerdict& verdict);
  void end_by_fault(UseOutcome& outcome);
  bool read_contract(const std::string& sha256);
  void push_host_table(const engine::Scenario& scenario);
  bool push_use(const engine::UseRequest& request, const sandbox::Value& details);
  std::optional<std::string> add_effect(engine::Effect effect);
  static int on_effect(lua_State* lua);
  static double draw(void* context);

  View view_;
  engine::AbilitySpec spec_;
  std::string description_;
  std::unique_ptr<sandbox::Vm> vm_;
  std::unique_ptr<sandbox::Script> script_;
  int driver_ = -1;
  base::RandomStream stream_{0};
  // Of the use that runs.
  UseOutcome* outcome_ = nullptr;
  double paid_ = 0;
};

}  // namespace cherub::scripting
