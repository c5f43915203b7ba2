#include "abilities/evaluation.h"

#include <algorithm>
#include <mutex>

#include "abilities/episode.h"
#include "engine/base/thread_pool.h"
#include "engine/behaviour.h"

namespace cherub::abilities {
namespace {

constexpr unsigned kThreadsMax = 256;

// What an episode needs, kept for the next one: making it costs more than an episode of it may.
struct Worker {
  std::unique_ptr<engine::World> world;
  std::unique_ptr<scripting::PolicyHost> host;
  std::string sha256;   // that the host has
  std::string refusal;  // why it does not run
};

EpisodeResult not_run(const EpisodeSpec& spec, std::string reason) {
  EpisodeResult result;
  result.seed = spec.seed;
  result.end_reason = std::move(reason);
  return result;
}

}  // namespace

// Episodes share nothing but the scenario and the registry's immutable sources, and begin again
// from nothing, so who runs which with what does not matter to the results.
struct Evaluator::State {
  State(engine::Scenario scenario_of_all, std::shared_ptr<scripting::ScriptRegistry> scripts,
        scripting::HostOptions host_options, unsigned threads)
      : scenario(std::move(scenario_of_all)),
        registry(std::move(scripts)),
        options(host_options),
        pool(std::clamp(threads, 1u, kThreadsMax)) {}

  const engine::Scenario scenario;
  const std::shared_ptr<scripting::ScriptRegistry> registry;
  const scripting::HostOptions options;
  std::mutex mutex;  // guards `idle`; held while on_done is called
  std::vector<std::unique_ptr<Worker>> idle;
  base::ThreadPool pool;

  std::unique_ptr<Worker> take_worker();
  void load(Worker& worker, const std::string& sha256);
  EpisodeResult run_one(Worker& worker, const std::string& sha256, const EpisodeSpec& spec,
                        const std::atomic<bool>* cancel);
};

std::unique_ptr<Worker> Evaluator::State::take_worker() {
  const std::lock_guard lock(mutex);
  if (idle.empty()) return std::make_unique<Worker>();
  std::unique_ptr<Worker> worker = std::move(idle.back());
  idle.pop_back();
  return worker;
}

void Evaluator::State::load(Worker& worker, const std::string& sha256) {
  worker.host = std::make_unique<scripting::PolicyHost>(registry, options);
  worker.sha256 = sha256;
  const scripting::LoadVerdict verdict = worker.host->prepare(sha256, scenario);
  worker.refusal.clear();
  if (verdict.ok) return;
  worker.refusal =
      "refused: " +
      (verdict.diagnostics.empty() ? verdict.stage : verdict.diagnostics.front().message);
}

// `sha256` is empty for the random walker.
EpisodeResult Evaluator::State::run_one(Worker& worker, const std::string& sha256,
                                        const EpisodeSpec& spec, const std::atomic<bool>* cancel) {
  if (cancel != nullptr && cancel->load(std::memory_order_relaxed)) {
    return not_run(spec, "cancelled");
  }
  if (!worker.world) {
    auto created = engine::World::create(scenario, spec.seed);
    if (!created) return not_run(spec, "refused: " + created.error().text());
    worker.world = std::move(*created);
  }
  if (sha256.empty()) {
    engine::RandomWalker walker;
    return run_episode(*worker.world, {&walker, nullptr, ""}, spec, cancel);
  }
  if (!worker.host || worker.sha256 != sha256) load(worker, sha256);
  if (!worker.refusal.empty()) return not_run(spec, worker.refusal);
  return run_episode(*worker.world, {worker.host.get(), worker.host.get(), sha256}, spec, cancel);
}

Evaluator::Evaluator(engine::Scenario scenario, std::shared_ptr<scripting::ScriptRegistry> registry,
                     scripting::HostOptions options, unsigned threads)
    : state_(std::make_unique<State>(std::move(scenario), std::move(registry), options, threads)) {}

Evaluator::~Evaluator() = default;

std::vector<EpisodeResult> Evaluator::run(const std::string& sha256,
                                          std::span<const EpisodeSpec> specs, const OnDone& on_done,
                                          const std::atomic<bool>* cancel) {
  State& state = *state_;
  std::vector<EpisodeResult> results(specs.size());
  state.pool.run(specs.size(), [&](std::size_t index) {
    std::unique_ptr<Worker> worker = state.take_worker();
    results[index] = state.run_one(*worker, sha256, specs[index], cancel);
    const std::lock_guard lock(state.mutex);
    state.idle.push_back(std::move(worker));
    if (on_done && results[index].ticks > 0) on_done(index, results[index]);
  });
  return results;
}

std::vector<EpisodeResult> Evaluator::run_random_walker(std::span<const EpisodeSpec> specs,
                                                        const std::atomic<bool>* cancel) {
  return run("", specs, {}, cancel);
}

}  // namespace cherub::abilities
