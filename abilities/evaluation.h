#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "engine/scenario.h"
#include "engine/world.h"
#include "scripting/policy_host.h"

namespace cherub::abilities {

// Watches one episode tick by tick. Called from the thread that runs the episode.
class EpisodeViewer {
 public:
  virtual ~EpisodeViewer() = default;
  virtual bool wants_tick() const = 0;  // asked before each call of on_tick
  virtual void on_tick(const engine::World& world, const engine::TickReport& report) = 0;
};

struct EpisodeSpec {
  std::uint64_t seed = 0;
  std::uint64_t ticks_max = 0;      // 0: the scenario's episode_s
  bool record_steps = false;        // fill EpisodeResult::steps_jsonl
  EpisodeViewer* viewer = nullptr;  // outlives the evaluation; may be null
};

// One finished episode. Everything but wall_s is a pure function of scenario, script and spec. An
// episode that was cancelled, or could not start, has ticks == 0.
struct EpisodeResult {
  std::uint64_t seed = 0;
  std::uint64_t ticks = 0;
  double sim_s = 0;
  double wall_s = 0;
  bool success = false;
  std::vector<double> metrics;  // as Scenario::metrics
  std::uint64_t hash = 0;       // state after the last tick
  scripting::PolicyStats policy;
  std::vector<std::uint64_t> receipts;  // count by engine::Receipt
  std::string
      steps_jsonl;  // per tick: t, x, y, heading, speed, collisions, distance_to_target, note …
  // "reached" "all_dead" "time"; "cancelled" when it was stopped, "refused: …" when it could not
  // start
  std::string end_reason;
  std::string policy_summary_json;  // finalize(), or "null"
};

// Runs episodes of one scenario on a fixed number of threads, the caller's among them. Results come
// in the order of the specs and do not depend on the number of threads.
class Evaluator {
 public:
  Evaluator(engine::Scenario scenario, std::shared_ptr<scripting::ScriptRegistry> registry,
            scripting::HostOptions options, unsigned threads);
  ~Evaluator();

  // `on_done` is called as episodes end, from any thread, one at a time. Stops early when `cancel`
  // turns true; episodes that did not run have ticks == 0.
  using OnDone = std::function<void(std::size_t index, const EpisodeResult&)>;
  std::vector<EpisodeResult> run(const std::string& sha256, std::span<const EpisodeSpec> specs,
                                 const OnDone& on_done = {},
                                 const std::atomic<bool>* cancel = nullptr);

  // The same episodes with engine::RandomWalker instead of a policy: the floor to compare with.
  std::vector<EpisodeResult> run_random_walker(std::span<const EpisodeSpec> specs,
                                               const std::atomic<bool>* cancel = nullptr);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace cherub::abilities
