#pragma once

#include <memory>
#include <span>
#include <vector>

#include "abilities/job_queue.h"
#include "engine/scenario.h"
#include "scripting/policy_host.h"

namespace cherub::abilities {

// Runs jobs of one scenario on a fixed number of threads of this process, the caller's among them.
// Worlds and the Vms of policies are kept from one job to the next.
class LocalJobQueue final : public JobQueue {
 public:
  LocalJobQueue(engine::Scenario scenario, std::shared_ptr<scripting::ScriptRegistry> registry,
                scripting::HostOptions options, unsigned threads);
  ~LocalJobQueue() override;
  std::vector<EpisodeResult> run(std::span<const EvaluationJob> jobs,
                                 const JobWatch& watch) override;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace cherub::abilities
