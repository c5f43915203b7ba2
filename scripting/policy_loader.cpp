#include "scripting/policy_loader.h"

#include <utility>

#include "scripting/policy_version.h"

namespace cherub::scripting {
namespace {

constexpr std::size_t kIdleMax = 16;

}  // namespace

SpareVms::SpareVms(engine::Scenario scenario, const HostOptions& options)
    : scenario_(std::move(scenario)), options_(options) {}

SpareVms::~SpareVms() = default;

std::unique_ptr<PolicyVm> SpareVms::load(const sandbox::MeteredSource& source,
                                         LoadVerdict& verdict) {
  std::unique_ptr<PolicyVm> vm;
  {
    const std::lock_guard lock(mutex_);
    if (!idle_.empty()) {
      vm = std::move(idle_.back());
      idle_.pop_back();
    }
  }
  if (!vm || !vm->renew()) vm = PolicyVm::create_reusable(scenario_, options_, verdict);
  return vm && vm->load(source, verdict) ? std::move(vm) : nullptr;
}

void SpareVms::give_back(std::unique_ptr<PolicyVm> vm) {
  if (!vm) return;
  const std::lock_guard lock(mutex_);
  if (idle_.size() < kIdleMax) idle_.push_back(std::move(vm));
}

std::size_t SpareVms::idle() const {
  const std::lock_guard lock(mutex_);
  return idle_.size();
}

PreparedVersion prepare_version(std::shared_ptr<const ScriptVersion> version,
                                const sandbox::ParseResult* parsed, std::shared_ptr<SpareVms> vms,
                                LoadVerdict& verdict) {
  const SpareVms& of = *vms;
  sandbox::ParseResult own;
  if (parsed == nullptr) own = sandbox::parse(kPolicyScriptName, version->source);
  return PolicyVersion::create(std::move(version), parsed != nullptr ? *parsed : own, of.scenario(),
                               of.options(), std::move(vms), verdict);
}

}  // namespace cherub::scripting
