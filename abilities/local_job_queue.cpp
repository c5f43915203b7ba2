#include "abilities/local_job_queue.h"

#include <algorithm>
#include <exception>
#include <mutex>

#include "abilities/episode.h"
#include "abilities/job_schedule.h"
#include "engine/base/thread_pool.h"

namespace cherub::abilities {
namespace {

constexpr unsigned kThreadsMax = 256;
// The random walker: a policy, so that those whom none drives (wolves, thieves) act as they always
// do.
constexpr const char* kWanderer =
    "local policy = {}\nfunction policy.act(self, world) self:wander() end\nreturn policy\n";

EpisodeResult not_run(const EpisodeSpec& spec, std::string reason) {
  EpisodeResult result;
  result.seed = spec.seed;
  result.end_reason = std::move(reason);
  return result;
}

}  // namespace

// Episodes share nothing but the scenario and the registry's immutable sources, and begin again
// from nothing, so who runs which with what does not matter to the results.
struct LocalJobQueue::State {
  State(std::shared_ptr<PolicyPool> policy_pool, unsigned threads)
      : policies(std::move(policy_pool)),
        wanderer(policies->registry()->add(kWanderer)->sha256),
        pool(std::clamp(threads, 1u, kThreadsMax)) {}

  const std::shared_ptr<PolicyPool> policies;
  const std::string wanderer;
  std::mutex mutex;  // guards the idle ones; held while on_done is called
  std::vector<std::unique_ptr<engine::World>> idle_worlds;
  base::ThreadPool pool;
};

// Runs one job after the other, with a world and a policy that it keeps in between.
class LocalJobQueue::Worker {
 public:
  Worker(State& state, const JobWatch& watch) : state_(state), watch_(watch) {}
  ~Worker() {
    state_.policies->give_back(std::move(policy_));
    const std::lock_guard lock(state_.mutex);
    if (world_) state_.idle_worlds.push_back(std::move(world_));
  }
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  EpisodeResult run(const EvaluationJob& job, EpisodeViewer* viewer) {
    try {
      return try_to_run(job, viewer);
    } catch (const std::exception& error) {
      world_.reset();
      policy_ = {};
      return not_run(job.spec, std::string("refused: ") + error.what());
    }
  }

 private:
  EpisodeResult try_to_run(const EvaluationJob& job, EpisodeViewer* viewer) {
    if (watch_.cancel != nullptr && watch_.cancel->load(std::memory_order_relaxed)) {
      return not_run(job.spec, "cancelled");
    }
    if (auto made = make_world(job.spec.seed); !made) {
      return not_run(job.spec, "refused: " + made.error().text());
    }
    const std::string& sha256 = job.sha256.empty() ? state_.wanderer : job.sha256;
    change_policy(sha256);
    const scripting::LoadVerdict& verdict = policy_.verdict;
    if (!verdict.ok) {
      const auto& found = verdict.diagnostics;
      return not_run(job.spec,
                     "refused: " + (found.empty() ? verdict.stage : found.front().message));
    }
    const EpisodeDriver driver{policy_.host.get(), policy_.host.get(), sha256};
    return run_episode(*world_, driver, job.spec, {viewer, watch_.cancel});
  }

  base::Result<void> make_world(std::uint64_t seed) {
    if (world_) return {};
    {
      const std::lock_guard lock(state_.mutex);
      if (!state_.idle_worlds.empty()) {
        world_ = std::move(state_.idle_worlds.back());
        state_.idle_worlds.pop_back();
        return {};
      }
    }
    auto created = engine::World::create(state_.policies->scenario(), seed);
    if (!created) return created.error();
    world_ = std::move(*created);
    return {};
  }

  void change_policy(const std::string& sha256) {
    if (policy_.host && policy_.sha256 == sha256) return;
    state_.policies->give_back(std::move(policy_));
    policy_ = state_.policies->take(sha256);
  }

  State& state_;
  const JobWatch& watch_;
  std::unique_ptr<engine::World> world_;
  LoadedPolicy policy_;
};

LocalJobQueue::LocalJobQueue(std::shared_ptr<PolicyPool> policies, unsigned threads)
    : state_(std::make_unique<State>(std::move(policies), threads)) {}

LocalJobQueue::~LocalJobQueue() = default;

std::vector<EpisodeResult> LocalJobQueue::run(std::span<const EvaluationJob> jobs,
                                              const JobWatch& watch) {
  State& state = *state_;
  std::vector<EpisodeResult> results(jobs.size());
  JobSchedule schedule(jobs);
  const std::size_t workers = std::min<std::size_t>(state.pool.threads(), jobs.size());
  state.pool.run(workers, [&](std::size_t) {
    Worker worker(state, watch);
    JobSchedule::Place place;
    while (const auto job = schedule.next(place)) {
      EpisodeViewer* const viewer = *job == 0 ? watch.viewer : nullptr;
      results[*job] = worker.run(jobs[*job], viewer);
      if (!watch.on_done || results[*job].ticks == 0) continue;
      const std::lock_guard lock(state.mutex);
      watch.on_done(*job, results[*job]);
    }
  });
  return results;
}

}  // namespace cherub::abilities
