#include "abilities/local_job_queue.h"

#include <algorithm>
#include <exception>
#include <mutex>

#include "abilities/episode.h"
#include "engine/base/thread_pool.h"
#include "engine/behaviour.h"

namespace cherub::abilities {
namespace {

constexpr unsigned kThreadsMax = 256;
// Loaded policies that wait for further episodes. A race comes back to each of its policies heat
// after heat, and loading one costs about as much as a short episode.
constexpr std::size_t kIdleHostsMax = 64;

EpisodeResult not_run(const EpisodeSpec& spec, std::string reason) {
  EpisodeResult result;
  result.seed = spec.seed;
  result.end_reason = std::move(reason);
  return result;
}

// A policy in a Vm of its own.
struct LoadedPolicy {
  std::string sha256;
  std::unique_ptr<scripting::PolicyHost> host;
  std::string refusal;  // why it does not run
};

template <class T>
void push_bounded(std::vector<T>& list, T value, std::size_t max) {
  if (list.size() >= max) list.erase(list.begin());
  list.push_back(std::move(value));
}

}  // namespace

// Episodes share nothing but the scenario and the registry's immutable sources, and begin again
// from nothing, so who runs which with what does not matter to the results.
struct LocalJobQueue::State {
  State(engine::Scenario scenario_of_all, std::shared_ptr<scripting::ScriptRegistry> scripts,
        scripting::HostOptions host_options, unsigned threads)
      : scenario(std::move(scenario_of_all)),
        registry(std::move(scripts)),
        options(host_options),
        pool(std::clamp(threads, 1u, kThreadsMax)) {}

  const engine::Scenario scenario;
  const std::shared_ptr<scripting::ScriptRegistry> registry;
  const scripting::HostOptions options;
  std::mutex mutex;  // guards the idle ones; held while on_done is called
  std::vector<std::unique_ptr<engine::World>> idle_worlds;
  std::vector<LoadedPolicy> idle_policies;  // used longest ago first
  base::ThreadPool pool;

  // Null when none is idle.
  std::unique_ptr<engine::World> take_world();
  LoadedPolicy take_policy(const std::string& sha256);
  [[nodiscard]] LoadedPolicy load(const std::string& sha256) const;
  void give_back(std::unique_ptr<engine::World> world, LoadedPolicy policy);
  EpisodeResult run_one(const EvaluationJob& job, EpisodeViewer* viewer,
                        const std::atomic<bool>* cancel);
};

std::unique_ptr<engine::World> LocalJobQueue::State::take_world() {
  const std::lock_guard lock(mutex);
  if (idle_worlds.empty()) return nullptr;
  std::unique_ptr<engine::World> world = std::move(idle_worlds.back());
  idle_worlds.pop_back();
  return world;
}

LoadedPolicy LocalJobQueue::State::take_policy(const std::string& sha256) {
  {
    const std::lock_guard lock(mutex);
    const auto found =
        std::find_if(idle_policies.begin(), idle_policies.end(),
                     [&](const LoadedPolicy& policy) { return policy.sha256 == sha256; });
    if (found != idle_policies.end()) {
      LoadedPolicy policy = std::move(*found);
      idle_policies.erase(found);
      return policy;
    }
  }
  return load(sha256);
}

LoadedPolicy LocalJobQueue::State::load(const std::string& sha256) const {
  LoadedPolicy policy;
  policy.sha256 = sha256;
  policy.host = std::make_unique<scripting::PolicyHost>(registry, options);
  const scripting::LoadVerdict verdict = policy.host->prepare(sha256, scenario);
  if (verdict.ok) return policy;
  policy.refusal =
      "refused: " +
      (verdict.diagnostics.empty() ? verdict.stage : verdict.diagnostics.front().message);
  return policy;
}

void LocalJobQueue::State::give_back(std::unique_ptr<engine::World> world, LoadedPolicy policy) {
  const std::lock_guard lock(mutex);
  idle_worlds.push_back(std::move(world));
  if (policy.host) push_bounded(idle_policies, std::move(policy), kIdleHostsMax);
}

EpisodeResult LocalJobQueue::State::run_one(const EvaluationJob& job, EpisodeViewer* viewer,
                                            const std::atomic<bool>* cancel) {
  if (cancel != nullptr && cancel->load(std::memory_order_relaxed)) {
    return not_run(job.spec, "cancelled");
  }
  std::unique_ptr<engine::World> world = take_world();
  if (!world) {
    auto created = engine::World::create(scenario, job.spec.seed);
    if (!created) return not_run(job.spec, "refused: " + created.error().text());
    world = std::move(*created);
  }
  LoadedPolicy policy;
  engine::RandomWalker walker;
  EpisodeDriver driver{&walker, nullptr, ""};
  if (!job.sha256.empty()) {
    policy = take_policy(job.sha256);
    driver = {policy.host.get(), policy.host.get(), job.sha256};
  }
  EpisodeResult result = policy.refusal.empty()
                             ? run_episode(*world, driver, job.spec, {viewer, cancel})
                             : not_run(job.spec, policy.refusal);
  give_back(std::move(world), std::move(policy));
  return result;
}

LocalJobQueue::LocalJobQueue(engine::Scenario scenario,
                             std::shared_ptr<scripting::ScriptRegistry> registry,
                             scripting::HostOptions options, unsigned threads)
    : state_(std::make_unique<State>(std::move(scenario), std::move(registry), options, threads)) {}

LocalJobQueue::~LocalJobQueue() = default;

std::vector<EpisodeResult> LocalJobQueue::run(std::span<const EvaluationJob> jobs,
                                              const JobWatch& watch) {
  State& state = *state_;
  std::vector<EpisodeResult> results(jobs.size());
  state.pool.run(jobs.size(), [&](std::size_t index) {
    EpisodeViewer* const viewer = index == 0 ? watch.viewer : nullptr;
    try {
      results[index] = state.run_one(jobs[index], viewer, watch.cancel);
    } catch (const std::exception& error) {
      results[index] = not_run(jobs[index].spec, std::string("refused: ") + error.what());
    }
    if (!watch.on_done || results[index].ticks == 0) return;
    const std::lock_guard lock(state.mutex);
    watch.on_done(index, results[index]);
  });
  return results;
}

}  // namespace cherub::abilities
