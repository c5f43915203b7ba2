#include "abilities/evaluation.h"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "abilities/episode.h"
#include "engine/behaviour.h"

namespace cherub::abilities {
namespace {

constexpr unsigned kThreadsMax = 256;

// One call of run(): what the workers share while it lasts.
struct Job {
  std::string sha256;  // empty: the random walker
  std::span<const EpisodeSpec> specs;
  const Evaluator::OnDone* on_done = nullptr;
  const std::atomic<bool>* cancel = nullptr;
  std::vector<EpisodeResult> results;
  std::size_t next = 0;  // first episode that nobody took yet
  std::size_t done = 0;
};

// What one thread keeps from job to job: loading a policy costs more than an episode of it may.
struct Worker {
  std::unique_ptr<scripting::PolicyHost> host;
  std::string sha256;
  std::string refusal;
};

}  // namespace

struct Evaluator::State {
  engine::Scenario scenario;
  std::shared_ptr<scripting::ScriptRegistry> registry;
  scripting::HostOptions options;

  std::mutex mutex;  // guards all below
  std::condition_variable work_changed, job_finished;
  Job* job = nullptr;
  bool stopping = false;
  std::vector<std::jthread> threads;

  void work();
  EpisodeResult run_one(Worker& worker, const std::string& sha256, const EpisodeSpec& spec,
                        const std::atomic<bool>* cancel);
  std::vector<EpisodeResult> run(Job job_to_do);
};

// Every worker takes the next episode of the job until none is left. Episodes share nothing but the
// scenario and the registry's immutable sources, so who runs which does not matter to the results.
void Evaluator::State::work() {
  Worker worker;
  std::unique_lock lock(mutex);
  for (;;) {
    work_changed.wait(
        lock, [&] { return stopping || (job != nullptr && job->next < job->specs.size()); });
    if (stopping) return;
    Job& current = *job;
    const std::size_t index = current.next++;
    lock.unlock();
    EpisodeResult result = run_one(worker, current.sha256, current.specs[index], current.cancel);
    lock.lock();
    if (current.on_done != nullptr && *current.on_done && result.ticks > 0) {
      (*current.on_done)(index, result);
    }
    current.results[index] = std::move(result);
    if (++current.done == current.specs.size()) job_finished.notify_all();
  }
}

EpisodeResult Evaluator::State::run_one(Worker& worker, const std::string& sha256,
                                        const EpisodeSpec& spec, const std::atomic<bool>* cancel) {
  if (cancel != nullptr && cancel->load(std::memory_order_relaxed)) {
    EpisodeResult result;
    result.seed = spec.seed;
    result.end_reason = "cancelled";
    return result;
  }
  if (sha256.empty()) {
    engine::RandomWalker walker;
    return run_episode(scenario, {&walker, nullptr, ""}, spec, cancel);
  }
  if (!worker.host || worker.sha256 != sha256) {
    worker.host = std::make_unique<scripting::PolicyHost>(registry, options);
    worker.sha256 = sha256;
    const scripting::LoadVerdict verdict = worker.host->prepare(sha256, scenario);
    worker.refusal.clear();
    if (!verdict.ok) {
      const std::string first =
          verdict.diagnostics.empty() ? verdict.stage : verdict.diagnostics.front().message;
      worker.refusal = "refused: " + first;
    }
  }
  if (!worker.refusal.empty()) {
    EpisodeResult result;
    result.seed = spec.seed;
    result.end_reason = worker.refusal;
    return result;
  }
  return run_episode(scenario, {worker.host.get(), worker.host.get(), sha256}, spec, cancel);
}

std::vector<EpisodeResult> Evaluator::State::run(Job job_to_do) {
  job_to_do.results.resize(job_to_do.specs.size());
  if (job_to_do.specs.empty()) return {};
  std::unique_lock lock(mutex);
  job = &job_to_do;
  work_changed.notify_all();
  job_finished.wait(lock, [&] { return job_to_do.done == job_to_do.specs.size(); });
  job = nullptr;
  return std::move(job_to_do.results);
}

Evaluator::Evaluator(engine::Scenario scenario, std::shared_ptr<scripting::ScriptRegistry> registry,
                     scripting::HostOptions options, unsigned threads)
    : state_(std::make_unique<State>()) {
  state_->scenario = std::move(scenario);
  state_->registry = std::move(registry);
  state_->options = options;
  for (unsigned i = 0; i < std::clamp(threads, 1u, kThreadsMax); ++i) {
    state_->threads.emplace_back([state = state_.get()] { state->work(); });
  }
}

Evaluator::~Evaluator() {
  {
    const std::lock_guard lock(state_->mutex);
    state_->stopping = true;
  }
  state_->work_changed.notify_all();
  state_->threads.clear();  // joins
}

std::vector<EpisodeResult> Evaluator::run(const std::string& sha256,
                                          std::span<const EpisodeSpec> specs, const OnDone& on_done,
                                          const std::atomic<bool>* cancel) {
  Job job;
  job.sha256 = sha256;
  job.specs = specs;
  job.on_done = &on_done;
  job.cancel = cancel;
  return state_->run(std::move(job));
}

std::vector<EpisodeResult> Evaluator::run_random_walker(std::span<const EpisodeSpec> specs,
                                                        const std::atomic<bool>* cancel) {
  return run("", specs, {}, cancel);
}

}  // namespace cherub::abilities
