#pragma once

#include <array>
#include <memory>
#include <string>

#include "scripting/ability_vm.h"
#include "scripting/policy_version.h"

namespace cherub::scripting {

// A version that was loaded, as the command that installs it wants it.
struct AbilityVerdict {
  LoadVerdict load;
  engine::AbilitySpec spec;  // when load.ok
  std::string description;
};

class AbilityVersion;
using PreparedAbility = std::unique_ptr<AbilityVersion>;

// One version of an ability at work: its Vms, one per shard, made when the shard first uses it.
class AbilityVersion {
 public:
  // Checks the source and loads it once; a null pointer and why not. Any thread.
  static PreparedAbility create(std::shared_ptr<const ScriptVersion> version,
                                const engine::Scenario& scenario, const HostOptions& options,
                                AbilityVerdict& verdict);

  [[nodiscard]] const engine::AbilitySpec& spec() const { return vms_[0]->spec(); }
  [[nodiscard]] const std::string& description() const { return vms_[0]->description(); }
  // The shard's Vm. Different shards may be asked for from several threads at a time.
  AbilityVm& vm(std::size_t shard);
  // Makes the Vms of all shards that so many rows need, so that no tick pays for it.
  void make_vms(std::size_t rows);

 private:
  AbilityVersion() = default;

  std::shared_ptr<const ScriptVersion> version_;
  engine::Scenario scenario_;
  HostOptions options_;
  std::array<std::unique_ptr<AbilityVm>, kShardCount> vms_;  // the first is always there
};

// Takes milliseconds; any thread. For a world of so many rows. A null pointer, and why not.
PreparedAbility prepare_ability(std::shared_ptr<const ScriptVersion> version,
                                const engine::Scenario& scenario, const HostOptions& options,
                                std::size_t rows, AbilityVerdict& verdict);

}  // namespace cherub::scripting
