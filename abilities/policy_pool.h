#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "engine/scenario.h"
#include "scripting/policy_host.h"
#include "scripting/policy_loader.h"

namespace cherub::abilities {

// A policy in Vms of its own, or why it has none.
struct LoadedPolicy {
  std::string sha256;
  std::unique_ptr<scripting::PolicyHost> host;  // null: nothing was taken
  scripting::LoadVerdict verdict;
};

// The policies of one scenario, loaded once for all who need them: the ladder, which says whether a
// policy loads at all, and episodes, heat after heat of a race. Loading one costs as much as some
// episodes. Safe to use from several threads; a policy that was taken belongs to one.
class PolicyPool {
 public:
  PolicyPool(engine::Scenario scenario, std::shared_ptr<scripting::ScriptRegistry> registry,
             scripting::HostOptions options);

  // An idle one, or else loads it. Who lets it act resets it before. `parsed`: of its source, when
  // somebody needed it before; else null.
  LoadedPolicy take(const std::string& sha256, const sandbox::ParseResult* parsed = nullptr);
  // For the next who asks. Of those that are idle the ones used longest ago go.
  void give_back(LoadedPolicy policy);
  [[nodiscard]] std::size_t idle() const;

  [[nodiscard]] const engine::Scenario& scenario() const { return vms_->scenario(); }
  [[nodiscard]] const std::shared_ptr<scripting::ScriptRegistry>& registry() const {
    return registry_;
  }
  [[nodiscard]] const scripting::HostOptions& options() const { return vms_->options(); }

 private:
  [[nodiscard]] LoadedPolicy load(const std::string& sha256,
                                  const sandbox::ParseResult* parsed) const;
  [[nodiscard]] LoadedPolicy take_oldest();

  const std::shared_ptr<scripting::ScriptRegistry> registry_;
  const std::shared_ptr<scripting::SpareVms> vms_;
  mutable std::mutex mutex_;        // guards idle_
  std::vector<LoadedPolicy> idle_;  // used longest ago first
};

}  // namespace cherub::abilities
