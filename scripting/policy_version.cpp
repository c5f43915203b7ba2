#include "scripting/policy_version.h"

#include <utility>

#include "engine/base/check.h"
#include "sandbox/syntax/parser.h"
#include "scripting/checker.h"
#include "scripting/policy_loader.h"

namespace cherub::scripting {

void PolicyVersionDeleter::operator()(PolicyVersion* version) const {
  delete version;
}

PreparedVersion prepare_version(std::shared_ptr<const ScriptVersion> version,
                                const engine::Scenario& scenario, const HostOptions& options,
                                std::size_t rows, LoadVerdict& verdict) {
  PreparedVersion made = PolicyVersion::create(std::move(version), scenario, options, verdict);
  if (made) made->make_vms(rows);
  return made;
}

PreparedVersion PolicyVersion::create(std::shared_ptr<const ScriptVersion> version,
                                      const engine::Scenario& scenario, const HostOptions& options,
                                      LoadVerdict& verdict) {
  const sandbox::ParseResult parsed = sandbox::parse(kPolicyScriptName, version->source);
  return create(std::move(version), parsed, scenario, options, nullptr, verdict);
}

PreparedVersion PolicyVersion::create(std::shared_ptr<const ScriptVersion> version,
                                      const sandbox::ParseResult& parsed,
                                      const engine::Scenario& scenario, const HostOptions& options,
                                      std::shared_ptr<SpareVms> spare, LoadVerdict& verdict) {
  CheckReport checked = check_policy(parsed, &scenario);
  const bool fits = checked.ok();
  verdict.diagnostics = std::move(checked.diagnostics);
  if (!fits) {
    verdict.stage = "check";
    return nullptr;
  }
  PreparedVersion made(new PolicyVersion);
  made->metered_ = sandbox::meter(*parsed.chunk, sandbox::charging_for(options.jit));
  made->vms_[0] = spare ? spare->load(made->metered_, verdict)
                        : PolicyVm::create(made->metered_, scenario, options, verdict);
  if (!made->vms_[0]) return nullptr;
  made->version_ = std::move(version);
  made->options_ = options;
  if (!spare) made->scenario_ = scenario;  // to copy it takes longer than to parse a short source
  made->spare_ = std::move(spare);
  return made;
}

PolicyVersion::~PolicyVersion() {
  if (spare_) spare_->give_back(std::move(vms_[0]));
}

PolicyVm& PolicyVersion::vm(std::size_t shard) {
  if (!vms_[shard]) {
    LoadVerdict verdict;
    const engine::Scenario& scenario = spare_ ? spare_->scenario() : scenario_;
    vms_[shard] = PolicyVm::create(metered_, scenario, options_, verdict);
    // The same source loaded before; only the machine's memory could be at its end.
    CHERUB_CHECK(vms_[shard] != nullptr);
  }
  return *vms_[shard];
}

void PolicyVersion::make_vms(std::size_t rows) {
  for (std::size_t shard = 0; shard < shards_of(rows); ++shard) vm(shard);
}

base::Result<void> PolicyVersion::restart() {
  ready.clear();
  for (const auto& vm : vms_) {
    if (!vm) continue;
    if (auto restarted = vm->restart(); !restarted.ok()) return restarted;
  }
  return {};
}

void PolicyVersion::resize(std::size_t rows) {
  if (ready.size() < rows) ready.resize(rows, 0);
}

}  // namespace cherub::scripting
