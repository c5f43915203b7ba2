#include "abilities/policy_pool.h"

#include <algorithm>
#include <utility>

namespace cherub::abilities {
namespace {

// A race comes back to each of its policies heat after heat, and sometimes a second thread wants
// the same. The fewer there are, the sooner one leaves its Vm to another, and the more of it is
// still in the processor's cache.
constexpr std::size_t kIdleMax = 18;

}  // namespace

PolicyPool::PolicyPool(engine::Scenario scenario,
                       std::shared_ptr<scripting::ScriptRegistry> registry,
                       scripting::HostOptions options)
    : registry_(std::move(registry)),
      vms_(std::make_shared<scripting::SpareVms>(std::move(scenario), options)) {}

LoadedPolicy PolicyPool::take(const std::string& sha256, const sandbox::ParseResult* parsed) {
  {
    LoadedPolicy oldest;  // freed outside of the lock; the load needs its Vm
    const std::lock_guard lock(mutex_);
    const auto found = std::find_if(idle_.begin(), idle_.end(), [&](const LoadedPolicy& policy) {
      return policy.sha256 == sha256;
    });
    if (found != idle_.end()) {
      LoadedPolicy policy = std::move(*found);
      idle_.erase(found);
      return policy;
    }
    if (idle_.size() >= kIdleMax) oldest = take_oldest();
  }
  return load(sha256, parsed);
}

// Called with the lock.
LoadedPolicy PolicyPool::take_oldest() {
  LoadedPolicy oldest = std::move(idle_.front());
  idle_.erase(idle_.begin());
  return oldest;
}

LoadedPolicy PolicyPool::load(const std::string& sha256, const sandbox::ParseResult* parsed) const {
  LoadedPolicy policy;
  policy.sha256 = sha256;
  policy.host = std::make_unique<scripting::PolicyHost>(registry_, options());
  const auto version = registry_->find(sha256);
  if (!version) {
    policy.verdict = policy.host->prepare(sha256, scenario());  // says so
    return policy;
  }
  auto prepared = scripting::prepare_version(version, parsed, vms_, policy.verdict);
  if (prepared) policy.host->hand_over(std::move(prepared));
  return policy;
}

std::size_t PolicyPool::idle() const {
  const std::lock_guard lock(mutex_);
  return idle_.size();
}

void PolicyPool::give_back(LoadedPolicy policy) {
  if (!policy.host) return;
  LoadedPolicy oldest;  // freed outside of the lock
  const std::lock_guard lock(mutex_);
  if (idle_.size() >= kIdleMax) oldest = take_oldest();
  idle_.push_back(std::move(policy));
}

}  // namespace cherub::abilities
