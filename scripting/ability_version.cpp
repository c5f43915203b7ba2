#include "scripting/ability_version.h"

#include <utility>

#include "engine/base/check.h"
#include "scripting/checker.h"

namespace cherub::scripting {

PreparedAbility AbilityVersion::create(std::shared_ptr<const ScriptVersion> version,
                                       const engine::Scenario& scenario, const HostOptions& options,
                                       AbilityVerdict& verdict) {
  CheckReport checked = check_ability("ability", version->source, &scenario);
  const bool fits = checked.ok();
  verdict.load.diagnostics = std::move(checked.diagnostics);
  if (!fits) {
    verdict.load.stage = "check";
    return nullptr;
  }
  PreparedAbility made(new AbilityVersion);
  made->vms_[0] = AbilityVm::create(*version, scenario, options, verdict.load);
  if (!made->vms_[0]) return nullptr;
  made->version_ = std::move(version);
  made->scenario_ = scenario;
  made->options_ = options;
  verdict.spec = made->spec();
  verdict.description = made->description();
  return made;
}

AbilityVm& AbilityVersion::vm(std::size_t shard) {
  if (!vms_[shard]) {
    LoadVerdict verdict;
    vms_[shard] = AbilityVm::create(*version_, scenario_, options_, verdict);
    // The same source loaded before; only the machine's memory could be at its end.
    CHERUB_CHECK(vms_[shard] != nullptr);
  }
  return *vms_[shard];
}

void AbilityVersion::make_vms(std::size_t rows) {
  for (std::size_t shard = 0; shard < shards_of(rows); ++shard) vm(shard);
}

PreparedAbility prepare_ability(std::shared_ptr<const ScriptVersion> version,
                                const engine::Scenario& scenario, const HostOptions& options,
                                std::size_t rows, AbilityVerdict& verdict) {
  PreparedAbility made = AbilityVersion::create(std::move(version), scenario, options, verdict);
  if (made) made->make_vms(rows);
  return made;
}

}  // namespace cherub::scripting
