#include "abilities/ability_watch.h"

#include <utility>

namespace cherub::abilities {

void AbilityWatch::installed(const engine::AbilitySpec& spec) {
  Watched& watched = abilities_[spec.name];
  if (watched.now.sha256 == spec.sha256) return;
  watched.before = std::exchange(watched.now, spec);
}

std::vector<AbilityWatch::Quarantine> AbilityWatch::judge(
    const std::map<std::string, scripting::AbilityStats>& stats) {
  std::vector<Quarantine> quarantines;
  for (auto& [name, watched] : abilities_) {
    const auto found = stats.find(watched.now.sha256);
    if (watched.now.sha256.empty() || found == stats.end()) continue;
    const scripting::AbilityStats& counted = found->second;
    const bool fails =
        counted.faults >= kFaultsMin && counted.faults * kUsesPerFault >= counted.uses;
    if (!fails) continue;
    Quarantine quarantine{
        {watched.before}, watched.now.sha256, counted.uses, counted.faults, counted.first_fault};
    if (watched.before.sha256.empty()) {
      quarantine.instead.spec = watched.now;
      quarantine.instead.spec.sha256.clear();
    }
    // What was quarantined is nothing to go back to.
    watched = {quarantine.instead.spec, {}};
    quarantines.push_back(std::move(quarantine));
  }
  return quarantines;
}

}  // namespace cherub::abilities
