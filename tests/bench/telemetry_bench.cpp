// What telemetry costs the thread that ticks: the handing over of a tick's events and answered
// intents, while another thread writes and publishes them.
#include <algorithm>
#include <atomic>
#include <cstdint>
#include <ctime>
#include <filesystem>

#include "engine/behaviour.h"
#include "engine/world.h"
#include "server/telemetry/bus.h"
#include "tests/bench/measure.h"

namespace cherub::bench {

void bench_telemetry();

namespace {

using namespace server;

constexpr int kTicks = 400;

double thread_ns() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e9 + static_cast<double>(now.tv_nsec);
}

// Of the two readings of the clock around what is measured.
double clock_ns() {
  std::vector<double> seen;
  for (int i = 0; i < 1000; ++i) {
    const double begin = thread_ns();
    seen.push_back(thread_ns() - begin);
  }
  return median(std::move(seen));
}

// A pasture of 10,000, half of it agents.
std::unique_ptr<engine::World> pasture() {
  engine::Scenario scenario = *engine::builtin_scenario("pasture");
  scenario.terrain.width = scenario.terrain.depth = 142;
  for (engine::SpawnSpec& spawn : scenario.spawns) spawn.count = 5'000;
  for (engine::SpeciesSpec& species : scenario.species) species.population_max = 10'000;
  auto created = engine::World::create(scenario, 1);
  return std::move(*created);
}

struct Cost {
  double ns_per_event = 0, us_per_tick = 0, events_per_tick = 0;
};

Cost measure(telemetry::Level level) {
  const auto folder = std::filesystem::temp_directory_path() / "cherub_telemetry_bench";
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder / "r");
  std::atomic<std::int64_t> wall_ms{1'800'000'000'000};
  telemetry::BusOptions options;
  options.runs_dir = folder.string();
  options.log.level = level;
  options.log.wall_ms = [&] { return wall_ms.load(std::memory_order_relaxed); };
  Cost cost;
  {
    telemetry::Bus bus(options);
    const auto log = bus.open("r");
    const auto world = pasture();
    engine::RandomWalker walker;
    const double clock = clock_ns();
    double total_ns = 0;
    for (int i = 0; i < kTicks; ++i) {
      const engine::TickReport report = world->step(walker);
      wall_ms += 100;  // ten ticks a second
      const double begin = thread_ns();
      log->take_tick(*world, report);
      total_ns += thread_ns() - begin - clock;
    }
    const telemetry::LogContents contents = log->contents(0);
    const auto in_memory = std::count(contents.memory.begin(), contents.memory.end(), '\n');
    const double told =
        static_cast<double>(contents.memory_from) - 1 + static_cast<double>(in_memory);
    cost = {total_ns / told, total_ns / kTicks / 1000, told / kTicks};
  }
  std::filesystem::remove_all(folder);
  return cost;
}

}  // namespace

void bench_telemetry() {
  const Cost usual = measure(telemetry::Level::kInfo), all = measure(telemetry::Level::kDebug);
  report("server.telemetry_ns_per_event", usual.ns_per_event, "ns", "lower");
  report("server.telemetry_us_per_tick", usual.us_per_tick, "us", "lower");
  report("server.telemetry_events_per_tick", usual.events_per_tick, "", "higher");
  report("server.telemetry_debug_ns_per_event", all.ns_per_event, "ns", "lower");
  report("server.telemetry_debug_us_per_tick", all.us_per_tick, "us", "lower");
}

}  // namespace cherub::bench
