#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "engine/commands.h"
#include "scripting/ability_host.h"

namespace cherub::abilities {

// Takes abilities whose scripts keep failing out of a living world: back to the version that was
// installed before, or withdrawn when there is none. Asks for nothing but what is counted, so that
// a replay, which has the commands, needs none of it.
class AbilityWatch {
 public:
  // So many faults, and such a share of all uses, quarantine a version.
  static constexpr std::uint64_t kFaultsMin = 5;
  static constexpr std::uint64_t kUsesPerFault = 5;

  // A version begins, or takes the place of another.
  void installed(const engine::AbilitySpec& spec);

  struct Quarantine {
    engine::InstallAbility instead;  // of the last good version, or an empty sha256
    std::string sha256;              // of the version that failed
    std::uint64_t uses = 0, faults = 0;
    std::string first_fault;
  };
  // What is to be installed now. The versions that it names count as installed.
  std::vector<Quarantine> judge(const std::map<std::string, scripting::AbilityStats>& stats);

 private:
  struct Watched {
    engine::AbilitySpec now, before;  // an empty sha256: none
  };
  std::map<std::string, Watched> abilities_;  // by name
};

}  // namespace cherub::abilities
