#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "abilities/job_queue.h"
#include "engine/scenario.h"
#include "scripting/policy_host.h"

namespace cherub::abilities {

// Runs episodes of one policy after the other, through a queue of jobs.
class Evaluator {
 public:
  // Through a LocalJobQueue of its own.
  Evaluator(engine::Scenario scenario, std::shared_ptr<scripting::ScriptRegistry> registry,
            scripting::HostOptions options, unsigned threads);
  explicit Evaluator(std::unique_ptr<JobQueue> queue);

  // As JobQueue::run.
  std::vector<EpisodeResult> run(std::span<const EvaluationJob> jobs, const JobWatch& watch = {});
  // Episodes of one policy, one result for each of the specs.
  std::vector<EpisodeResult> run(const std::string& sha256, std::span<const EpisodeSpec> specs,
                                 const JobWatch& watch = {});
  // The same episodes with a policy that only wanders: the floor to compare with. Other species act
  // as they always do.
  std::vector<EpisodeResult> run_random_walker(std::span<const EpisodeSpec> specs,
                                               const JobWatch& watch = {});

  // Processor time of the episodes that ran here, on all threads together.
  [[nodiscard]] double episodes_cpu_s() const { return episodes_cpu_s_; }

 private:
  std::unique_ptr<JobQueue> queue_;
  double episodes_cpu_s_ = 0;
};

}  // namespace cherub::abilities
