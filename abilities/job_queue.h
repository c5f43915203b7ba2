#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "engine/world.h"
#include "scripting/policy_host.h"

namespace cherub::abilities {

struct EpisodeSpec {
  std::uint64_t seed = 0;
  std::uint64_t ticks_max = 0;  // 0: the scenario's episode_s
  bool record_steps = false;    // fill EpisodeResult::steps_jsonl
};

// One finished episode. Everything but wall_s and cpu_s is a pure function of scenario, script and
// spec. An episode that was cancelled, or could not start, has ticks == 0.
struct EpisodeResult {
  std::uint64_t seed = 0;
  std::uint64_t ticks = 0;
  double sim_s = 0;
  double wall_s = 0;
  double cpu_s = 0;  // processor time of its thread; not known of what was measured before
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

// One episode to be run: plain data, so that it may be run anywhere. The source is known by its
// hash to whoever runs it, and so is the scenario of the queue.
struct EvaluationJob {
  std::string sha256;  // empty: a policy that only wanders
  EpisodeSpec spec;
};

// Watches one episode tick by tick. Called from the thread that runs the episode.
class EpisodeViewer {
 public:
  virtual ~EpisodeViewer() = default;
  virtual bool wants_tick() const = 0;  // asked before each call of on_tick
  virtual void on_tick(const engine::World& world, const engine::TickReport& report) = 0;
};

// What a caller wants to know of its jobs while they are done. None of it changes a result.
struct JobWatch {
  // Called as episodes end that ran, in any order, from any thread, one at a time.
  std::function<void(std::size_t job, const EpisodeResult&)> on_done = {};
  // Watches the first job; outlives the call. A queue that runs its jobs elsewhere leaves it out.
  EpisodeViewer* viewer = nullptr;
  // Jobs that begin after it turned true do not run, and those that run end soon.
  const std::atomic<bool>* cancel = nullptr;
};

// Takes jobs and gives their results.
class JobQueue {
 public:
  virtual ~JobQueue() = default;
  // One result for each job, in the order of the jobs, whoever ran them and however many did. What
  // goes wrong with a job is its result: ticks == 0 and why in end_reason. One call at a time.
  virtual std::vector<EpisodeResult> run(std::span<const EvaluationJob> jobs,
                                         const JobWatch& watch) = 0;
};

}  // namespace cherub::abilities
