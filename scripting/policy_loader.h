#pragma once

#include <memory>
#include <mutex>
#include <vector>

#include "engine/scenario.h"
#include "sandbox/meter.h"
#include "sandbox/syntax/parser.h"
#include "scripting/policy_host.h"

namespace cherub::scripting {

class PolicyVm;

// The Vms of policies of one scenario that are needed no more. Most policies of a search act for
// seconds: to make a Vm and to free it would take as long as all else that loads one. Safe to use
// from several threads.
class SpareVms {
 public:
  SpareVms(engine::Scenario scenario, const HostOptions& options);
  ~SpareVms();

  // A Vm with the source, one that was given back or a new one; a null pointer, and why not. What
  // the source sees and pays is the same.
  std::unique_ptr<PolicyVm> load(const sandbox::MeteredSource& source, LoadVerdict& verdict);
  void give_back(std::unique_ptr<PolicyVm> vm);

  [[nodiscard]] const engine::Scenario& scenario() const { return scenario_; }
  [[nodiscard]] const HostOptions& options() const { return options_; }
  [[nodiscard]] std::size_t idle() const;

 private:
  const engine::Scenario scenario_;
  const HostOptions options_;
  mutable std::mutex mutex_;  // guards idle_
  std::vector<std::unique_ptr<PolicyVm>> idle_;
};

// As prepare_version(), for a world whose agents are of one shard; when the version is freed, its
// Vm goes back. `parsed`: of the version's source, when somebody needed it before; else null.
PreparedVersion prepare_version(std::shared_ptr<const ScriptVersion> version,
                                const sandbox::ParseResult* parsed, std::shared_ptr<SpareVms> vms,
                                LoadVerdict& verdict);

}  // namespace cherub::scripting
