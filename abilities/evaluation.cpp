#include "abilities/evaluation.h"

#include "abilities/local_job_queue.h"

namespace cherub::abilities {

Evaluator::Evaluator(engine::Scenario scenario, std::shared_ptr<scripting::ScriptRegistry> registry,
                     scripting::HostOptions options, unsigned threads)
    : Evaluator(std::make_unique<LocalJobQueue>(
          std::make_shared<PolicyPool>(std::move(scenario), std::move(registry), options),
          threads)) {}

Evaluator::Evaluator(std::unique_ptr<JobQueue> queue) : queue_(std::move(queue)) {}

std::vector<EpisodeResult> Evaluator::run(std::span<const EvaluationJob> jobs,
                                          const JobWatch& watch) {
  std::vector<EpisodeResult> results = queue_->run(jobs, watch);
  for (const EpisodeResult& result : results) episodes_cpu_s_ += result.cpu_s;
  return results;
}

std::vector<EpisodeResult> Evaluator::run(const std::string& sha256,
                                          std::span<const EpisodeSpec> specs,
                                          const JobWatch& watch) {
  std::vector<EvaluationJob> jobs;
  for (const EpisodeSpec& spec : specs) jobs.push_back({sha256, spec});
  return run(jobs, watch);
}

std::vector<EpisodeResult> Evaluator::run_random_walker(std::span<const EpisodeSpec> specs,
                                                        const JobWatch& watch) {
  return run("", specs, watch);
}

}  // namespace cherub::abilities
