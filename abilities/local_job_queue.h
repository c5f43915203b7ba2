#pragma once

#include <memory>
#include <span>
#include <vector>

#include "abilities/job_queue.h"
#include "abilities/policy_pool.h"

namespace cherub::abilities {

// Runs jobs of one scenario on a fixed number of threads of this process, the caller's among them.
// Worlds are kept from one job to the next, and policies in the pool.
class LocalJobQueue final : public JobQueue {
 public:
  LocalJobQueue(std::shared_ptr<PolicyPool> policies, unsigned threads);
  ~LocalJobQueue() override;
  std::vector<EpisodeResult> run(std::span<const EvaluationJob> jobs,
                                 const JobWatch& watch) override;

 private:
  struct State;
  class Worker;
  std::unique_ptr<State> state_;
};

}  // namespace cherub::abilities
