#include "abilities/policy_pool.h"

#include <algorithm>
#include <utility>

namespace cherub::abilities {
namespace {

// A race comes back to each of its policies heat after heat, on every thread.
constexpr std::size_t kIdleMax = 64;

}  // namespace

PolicyPool::PolicyPool(engine::Scenario scenario,
                       std::shared_ptr<scripting::ScriptRegistry> registry,
                       scripting::HostOptions options)
    : scenario_(std::move(scenario)), registry_(std::move(registry)), options_(options) {}

LoadedPolicy PolicyPool::take(const std::string& sha256) {
  {
    const std::lock_guard lock(mutex_);
    const auto found = std::find_if(idle_.begin(), idle_.end(), [&](const LoadedPolicy& policy) {
      return policy.sha256 == sha256;
    });
    if (found != idle_.end()) {
      LoadedPolicy policy = std::move(*found);
      idle_.erase(found);
      return policy;
    }
  }
  return load(sha256);
}

LoadedPolicy PolicyPool::load(const std::string& sha256) const {
  LoadedPolicy policy;
  policy.sha256 = sha256;
  policy.host = std::make_unique<scripting::PolicyHost>(registry_, options_);
  policy.verdict = policy.host->prepare(sha256, scenario_);
  return policy;
}

std::size_t PolicyPool::idle() const {
  const std::lock_guard lock(mutex_);
  return idle_.size();
}

void PolicyPool::give_back(LoadedPolicy policy) {
  if (!policy.host) return;
  LoadedPolicy oldest;  // freed outside of the lock: that takes a while
  const std::lock_guard lock(mutex_);
  if (idle_.size() >= kIdleMax) {
    oldest = std::move(idle_.front());
    idle_.erase(idle_.begin());
  }
  idle_.push_back(std::move(policy));
}

}  // namespace cherub::abilities
