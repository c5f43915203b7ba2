#pragma once

#include <cstdint>

#include "scripting/policy_host.h"

namespace cherub::abilities {

// So many faults since it came, and such a share of all uses, quarantine a version of an ability
// that was accepted: it gives way to the one that was accepted before it, or is withdrawn.
inline constexpr std::uint64_t kAbilityFaultsMin = 5;
inline constexpr std::uint64_t kUsesPerFault = 5;

inline bool fails_too_often(const scripting::AbilityStats& stats) {
  return stats.faults >= kAbilityFaultsMin && stats.faults * kUsesPerFault >= stats.uses;
}

}  // namespace cherub::abilities
