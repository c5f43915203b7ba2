// Episodes of the shipped maze, as a search measures its candidates: one agent each, over and over,
// driven by a Lua policy and by the same behaviour in C++.
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <thread>

#include "abilities/episode.h"
#include "abilities/evaluation.h"
#include "abilities/seeds.h"
#include "abilities/stopwatch.h"
#include "engine/base/thread_pool.h"
#include "engine/phase.h"
#include "engine/world.h"
#include "tests/bench/generated_policies.h"
#include "tests/bench/measure.h"

namespace cherub::bench {

void bench_episodes();

namespace {

constexpr std::size_t kEpisodes = 192;
constexpr int kRounds = 7;
constexpr std::uint64_t kResetsPerRound = 100;

[[noreturn]] void give_up(const std::string& why) {
  std::fprintf(stderr, "bench episodes: %s\n", why.c_str());
  std::exit(1);
}

template <class T>
T must(base::Result<T> result) {
  if (!result.ok()) give_up(result.error().text());
  return std::move(*result);
}

// maze_walker.lua in C++.
class NativeWalker final : public engine::Behaviour {
 public:
  void decide(const engine::World& world, engine::Intents& intents,
              std::vector<engine::Event>&) override {
    const engine::Columns& columns = world.columns();
    const engine::Sighting& target = *world.target();
    for (const std::uint32_t row : world.agent_rows()) {
      if (columns.move_receipt[row] == static_cast<std::uint8_t>(engine::Receipt::kBlocked)) {
        intents.move[row] = static_cast<std::uint8_t>(engine::MoveKind::kWander);
        continue;
      }
      intents.move[row] = static_cast<std::uint8_t>(engine::MoveKind::kBy);
      intents.move_x[row] = static_cast<float>(target.x - double{columns.x[row]});
      intents.move_y[row] = static_cast<float>(target.y - double{columns.y[row]});
      intents.move_z[row] = 0;
    }
  }
};

// The time that a world's ticks take, in all.
class TickTime final : public engine::PhaseListener {
 public:
  void on_phase(engine::Phase phase) override {
    if (phase == engine::Phase::kCommands) tick_ = {};
  }
  void on_tick_done() override { seconds += tick_.seconds(); }
  double seconds = 0;

 private:
  abilities::Stopwatch tick_;
};

struct Maze {
  engine::Scenario scenario = must(engine::builtin_scenario("maze"));
  std::shared_ptr<scripting::ScriptRegistry> registry =
      std::make_shared<scripting::ScriptRegistry>();
  std::string sha256 = registry->add(std::string(k_maze_walker_lua))->sha256;
  std::vector<abilities::EpisodeSpec> specs;

  Maze() {
    for (const auto seed : abilities::episode_seeds(1, abilities::SeedUse::kTuning, kEpisodes)) {
      specs.emplace_back().seed = seed;
    }
  }
};

double steps_of(const std::vector<abilities::EpisodeResult>& results) {
  double steps = 0;
  for (const auto& result : results) {
    if (result.ticks == 0) give_up(result.end_reason);
    steps += static_cast<double>(result.ticks);  // each of one agent
  }
  return steps;
}

// All episodes with the C++ walker, on as many worlds as the pool has threads.
std::vector<abilities::EpisodeResult> run_native(
    const Maze& maze, base::WorkerPool& pool, std::vector<std::unique_ptr<engine::World>>& worlds) {
  std::vector<abilities::EpisodeResult> results(maze.specs.size());
  std::atomic<std::size_t> next{0};
  pool.run(worlds.size(), [&](std::size_t worker) {
    NativeWalker walker;
    for (std::size_t i = next++; i < results.size(); i = next++) {
      results[i] = run_episode(*worlds[worker], {&walker, nullptr, ""}, maze.specs[i]);
    }
  });
  return results;
}

bool alike(const std::vector<abilities::EpisodeResult>& a,
           const std::vector<abilities::EpisodeResult>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const auto& one, const auto& other) {
    return one.ticks == other.ticks && one.metrics == other.metrics;
  });
}

void measure_throughput(const Maze& maze) {
  const unsigned threads = std::max(1u, std::thread::hardware_concurrency());
  abilities::Evaluator one(maze.scenario, maze.registry, {}, 1);
  abilities::Evaluator all(maze.scenario, maze.registry, {}, threads);
  base::ThreadPool pool(threads);
  std::vector<std::unique_ptr<engine::World>> worlds(threads);
  for (auto& world : worlds) world = must(engine::World::create(maze.scenario, 1));
  std::vector<double> one_s, all_s, native_s;
  double steps = 0;
  for (int round = 0; round <= kRounds; ++round) {
    const abilities::Stopwatch stopwatch;
    const auto by_one = one.run(maze.sha256, maze.specs);
    const double at_one = stopwatch.seconds();
    const auto by_all = all.run(maze.sha256, maze.specs);
    const double at_all = stopwatch.seconds();
    const auto native = run_native(maze, pool, worlds);
    const double at_native = stopwatch.seconds();
    if (!alike(by_one, by_all)) give_up("the number of threads shows");
    if (!alike(by_one, native)) give_up("Lua and C++ decided differently");
    steps = steps_of(by_one);
    if (round == 0) continue;  // caches, and Lua's compiler, get warm
    one_s.push_back(at_one);
    all_s.push_back(at_all - at_one);
    native_s.push_back(at_native - at_all);
  }
  const double one_median = median(one_s), all_median = median(all_s);
  report("episodes.agent_steps_per_s", steps / all_median, "1/s", "higher");
  report("episodes.one_thread_agent_steps_per_s", steps / one_median, "1/s", "higher");
  report("episodes.scaling", one_median / all_median, "1", "higher");
  report("episodes.native_agent_steps_per_s", steps / median(native_s), "1/s", "higher");
}

// How much of the time of the policy's episodes goes by outside of World::step.
void measure_overhead(const Maze& maze) {
  auto world = must(engine::World::create(maze.scenario, 1));
  scripting::PolicyHost host(maze.registry, {});
  if (!host.prepare(maze.sha256, maze.scenario).ok) give_up("the policy was refused");
  const abilities::EpisodeDriver driver{&host, &host, maze.sha256};
  TickTime ticks;
  world->listen(&ticks);
  std::vector<double> shares;
  for (int round = 0; round <= kRounds; ++round) {
    ticks.seconds = 0;
    const abilities::Stopwatch stopwatch;
    for (const auto& spec : maze.specs) run_episode(*world, driver, spec);
    if (round > 0) shares.push_back(1 - ticks.seconds / stopwatch.seconds());
  }
  report("episodes.overhead_share", median(shares), "1", "lower");
}

void measure_reset(const Maze& maze) {
  auto world = must(engine::World::create(maze.scenario, 1));
  auto running = must(engine::World::create(maze.scenario, 1));
  NativeWalker walker;
  const auto medians = median_ns({[&] {
                                    for (std::uint64_t seed = 0; seed < kResetsPerRound; ++seed)
                                      world->reset(seed);
                                  },
                                  [&] {
                                    for (std::uint64_t seed = 0; seed < kResetsPerRound; ++seed) {
                                      must(engine::World::create(maze.scenario, seed));
                                    }
                                  },
                                  [&] {
                                    for (std::uint64_t tick = 0; tick < kResetsPerRound; ++tick)
                                      running->step(walker);
                                  }},
                                 61);
  report("episodes.reset_over_create", medians[0] / medians[1], "1", "lower");
  report("episodes.reset_over_tick", medians[0] / medians[2], "1", "lower");
}

}  // namespace

void bench_episodes() {
  const Maze maze;
  measure_throughput(maze);
  measure_overhead(maze);
  measure_reset(maze);
}

}  // namespace cherub::bench
