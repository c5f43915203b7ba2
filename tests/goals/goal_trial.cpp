#include "goal_trial.h"

#include <ctime>

#include "abilities/evaluation.h"
#include "abilities/goal.h"
#include "abilities/seeds.h"
#include "abilities/statistics.h"
#include "abilities/stopwatch.h"
#include "engine/base/json.h"

namespace cherub::goals {
namespace {

class Listener final : public abilities::RunObserver {
 public:
  explicit Listener(const std::function<void(const abilities::RunRecord&)>& hear) : hear_(hear) {}
  void on_record(const abilities::RunRecord& record) override {
    if (hear_) hear_(record);
  }
  void on_tick(const engine::World&, const engine::TickReport&) override {}
  bool wants_ticks() const override { return false; }

 private:
  const std::function<void(const abilities::RunRecord&)>& hear_;
};

double process_cpu_s() {
  timespec time{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

void compare(Trial& trial, std::uint64_t seed) {
  std::vector<double> differences;
  for (std::size_t i = 0; i < trial.angel.scores.size(); ++i) {
    differences.push_back(trial.angel.scores[i] - trial.baseline.scores[i]);
  }
  trial.difference = abilities::spread_of(differences, abilities::Worst::kLowest).mean;
  trial.interval = abilities::bootstrap_interval(differences, seed);
}

}  // namespace

Measured measured(const engine::Scenario& scenario, const abilities::Objective& objective,
                  std::span<const abilities::EpisodeResult> episodes) {
  Measured result;
  result.aggregate = abilities::aggregate_of(scenario, objective, episodes);
  for (const abilities::EpisodeResult& episode : episodes) {
    result.scores.push_back(abilities::episode_score(scenario, objective, episode));
  }
  return result;
}

base::Result<Trial> try_goal(const GoalCase& goal, const TrialOptions& options,
                             const std::function<void(const abilities::RunRecord&)>& progress) {
  const auto scenario = engine::builtin_scenario(goal.scenario);
  if (!scenario) return scenario.error();
  const auto objective = abilities::understand(goal.goal, *scenario);
  if (!objective) return objective.error();
  abilities::RunRequest request = options.request;
  request.scenario = goal.scenario;
  request.user_goal = goal.goal;
  request.live_seconds = 0;

  Trial trial;
  Listener listener(progress);
  abilities::RunControl control;
  const double cpu_before = process_cpu_s();
  const abilities::Stopwatch stopwatch;
  const std::string id =
      abilities::make_run_id(std::time(nullptr), std::hash<std::string>()(goal.goal));
  const abilities::RunSummary summary = abilities::execute_run(request, id, control, listener);
  trial.seconds = stopwatch.seconds();
  trial.cpu_s = process_cpu_s() - cpu_before;
  if (summary.end != abilities::RunEnd::kDone) {
    return base::Error{base::ErrorCode::kRefused, summary.error, goal.goal};
  }
  trial.source = summary.best_code;
  trial.sha256 = summary.best_sha256;
  if (const auto json = base::parse_json(summary.json)) {
    trial.candidates = (*json)["candidates"].GetUint64();
  }

  const auto registry = std::make_shared<scripting::ScriptRegistry>();
  abilities::Evaluator evaluator(*scenario, registry, {}, request.threads);
  std::vector<abilities::EpisodeSpec> specs;
  for (const std::uint64_t seed :
       abilities::episode_seeds(request.seed, abilities::SeedUse::kHeldOut, options.held_out)) {
    abilities::EpisodeSpec spec;
    spec.seed = seed;
    spec.ticks_max = request.max_steps;
    specs.push_back(spec);
  }
  const auto run = [&](const std::string& source) {
    return measured(*scenario, *objective, evaluator.run(registry->add(source)->sha256, specs));
  };
  trial.angel = run(trial.source);
  trial.baseline = run(goal.baseline_source);
  trial.walker = measured(*scenario, *objective, evaluator.run_random_walker(specs));
  compare(trial, request.seed);
  return trial;
}

}  // namespace cherub::goals
