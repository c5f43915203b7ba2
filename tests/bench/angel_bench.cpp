// A search of the built-in angel: how its episodes share out over threads, and what of its time
// goes by outside of them.
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <memory>

#include "abilities/angel/builtin_angel.h"
#include "abilities/evaluation.h"
#include "abilities/run.h"
#include "abilities/seeds.h"
#include "abilities/stopwatch.h"
#include "engine/base/json.h"
#include "tests/bench/measure.h"

namespace cherub::bench {

void bench_angel();

namespace {

constexpr int kRounds = 9;
constexpr std::size_t kPolicies = 16, kSeeds = 8;  // a batch in the first heat of its race

[[noreturn]] void give_up(const std::string& why) {
  std::fprintf(stderr, "bench angel: %s\n", why.c_str());
  std::exit(1);
}

// The jobs of a batch of the angel's first drafts in the maze.
struct Batch {
  engine::Scenario scenario = *engine::builtin_scenario("maze");
  std::shared_ptr<scripting::ScriptRegistry> registry =
      std::make_shared<scripting::ScriptRegistry>();
  std::vector<abilities::EvaluationJob> jobs;

  Batch() {
    abilities::angel::BuiltinAngel angel(scenario, 1, {});
    for (std::size_t i = 0; i < kPolicies; ++i) {
      const std::string sha256 = registry->add(angel.next({}, nullptr)->source)->sha256;
      for (const auto seed : abilities::episode_seeds(1, abilities::SeedUse::kTuning, kSeeds)) {
        jobs.push_back({sha256, {.seed = seed}});
      }
    }
  }
};

// The least disturbed round of each counts: what else the machine does must not show.
void measure_scaling() {
  const Batch batch;
  std::vector<double> best(2, 1e9);
  std::vector<abilities::Evaluator> evaluators;
  for (const unsigned threads : {1u, 2u}) {
    evaluators.emplace_back(batch.scenario, batch.registry, scripting::HostOptions{}, threads);
  }
  for (int round = 0; round < kRounds; ++round) {
    std::vector<std::vector<abilities::EpisodeResult>> results;
    for (std::size_t i = 0; i < 2; ++i) {
      const abilities::Stopwatch stopwatch;
      results.push_back(evaluators[i].run(batch.jobs));
      if (round > 0) best[i] = std::min(best[i], stopwatch.seconds());
    }
    for (std::size_t job = 0; job < batch.jobs.size(); ++job) {
      const auto& one = results[0][job];
      if (one.ticks == 0) give_up(one.end_reason);
      if (one.hash != results[1][job].hash) give_up("the number of threads shows");
    }
  }
  report("angel.eval_1_over_2_threads", best[0] / best[1], "1", "higher");
}

// What a run without a live world says of its time.
class Timekeeper final : public abilities::RunObserver {
 public:
  void on_record(const abilities::RunRecord& record) override {
    if (record.type == "episode_summary") ++episodes;
    if (record.type != "done") return;
    const auto summary = base::parse_json(record.json);
    const auto& timing = (*summary)["timing"];
    episodes_cpu_s = timing["episodes_cpu_s"].GetDouble();
    wall_s = timing["wall_time_s"].GetDouble();
  }
  void on_tick(const engine::World&, const engine::TickReport&) override {}
  bool wants_ticks() const override { return false; }

  double episodes = 0, episodes_cpu_s = 0, wall_s = 0;
};

struct SearchTime {
  double overhead_share = 0;  // of the processor time of the whole run, outside of episodes
  double episodes_per_s = 0;
};

SearchTime run_search(unsigned threads, const std::string& folder, const std::string& id) {
  abilities::RunRequest request;
  request.user_goal = "reach the target safely";
  request.iterations = 1;
  request.live_seconds = 0;
  request.threads = threads;
  request.runs_dir = folder;
  Timekeeper timekeeper;
  abilities::RunControl control;
  const std::clock_t start = std::clock();  // of all threads
  const auto summary = abilities::execute_run(request, id, control, timekeeper);
  const double cpu_s = static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
  if (summary.end != abilities::RunEnd::kDone) give_up(summary.error);
  return {1 - timekeeper.episodes_cpu_s / cpu_s, timekeeper.episodes / timekeeper.wall_s};
}

}  // namespace

void bench_angel() {
  measure_scaling();
  std::vector<double> shares, rates;
  // Removed in the end: file systems make new files slowly where many were just deleted.
  std::string folder = (std::filesystem::temp_directory_path() / "cherub-bench-XXXXXX").string();
  if (::mkdtemp(folder.data()) == nullptr) give_up("no temporary folder");
  for (int round = 0; round < 3; ++round) {
    const std::string id = "round_" + std::to_string(round);
    shares.push_back(run_search(1, folder, id + "_on_one").overhead_share);
    const SearchTime two = run_search(2, folder, id + "_on_two");
    shares.push_back(two.overhead_share);
    rates.push_back(two.episodes_per_s);
  }
  std::filesystem::remove_all(folder);
  report("angel.overhead_share", median(shares), "1", "lower");
  report("angel.episodes_per_s", median(rates), "1/s", "higher");
}

}  // namespace cherub::bench
