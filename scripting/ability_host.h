#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "scripting/ability_vm.h"
#include "scripting/policy_version.h"

namespace cherub::scripting {

// What one version of an ability did since the last reset().
struct AbilityStats {
  std::uint64_t uses = 0;      // its script ran
  std::uint64_t accepted = 0;  // by script and price; the engine may still refuse
  std::uint64_t faults = 0;
  std::uint64_t fuel = 0, fuel_max = 0;  // in all and of one use
  std::string first_fault;
};

// A version that was loaded, as the command that installs it wants it.
struct AbilityVerdict {
  LoadVerdict load;
  engine::AbilitySpec spec;  // when load.ok
  std::string description;
};

// Runs the abilities that agents use: one Vm for each version and shard, made when the shard first
// uses it. Owned by the thread that steps the world.
class AbilityHost {
 public:
  AbilityHost(std::shared_ptr<ScriptRegistry> registry, const HostOptions& options);
  ~AbilityHost();

  // Checks and loads a version now, so that no tick pays for it, and reads what it declares.
  AbilityVerdict prepare(const std::string& sha256, const engine::Scenario& scenario);

  // The same for a source that the registry may not know yet.
  AbilityVerdict add(std::string source, const engine::Scenario& scenario);

  // Runs the scripts of the uses that the engine allows, on the world's pool, and puts what becomes
  // of all that were asked for into intents.uses, by row. Faults become events, by row.
  void run(const engine::World& world, engine::Intents& intents, std::vector<AskedUse> asked,
           std::vector<engine::Event>& faults);

  // By sha256; versions that were never used are not in it.
  [[nodiscard]] const std::map<std::string, AbilityStats>& stats() const { return stats_; }
  void reset();  // the statistics: abilities keep nothing else

 private:
  struct Version {
    std::shared_ptr<const ScriptVersion> script;
    std::array<std::unique_ptr<AbilityVm>, kShardCount> vms;
    AbilityVerdict verdict;
    bool installed = false;  // in the world of the last run()
  };
  Version& find(const std::string& sha256, const engine::Scenario& scenario);
  void follow(const engine::World& world);
  void count(const engine::World& world, const engine::UseRequest& request,
             const UseOutcome& outcome);
  UseOutcome use(const engine::World& world, const engine::UseRequest& request,
                 const AskedUse& asked);

  std::shared_ptr<ScriptRegistry> registry_;
  bool jit_;
  std::map<std::string, Version> versions_;  // by sha256
  std::vector<std::string> followed_;        // sha256 by AbilityIndex
  std::vector<Version*> by_index_;           // nullptr: withdrawn
  std::map<std::string, AbilityStats> stats_;
};

}  // namespace cherub::scripting
