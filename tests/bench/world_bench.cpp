// Whole ticks of a pasture in which every grazer looks for the nearest grass and decides: by a
// metered Lua policy, and by the same behaviour in C++, in worlds that are stepped by turns.
#include <array>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <thread>

#include "abilities/world_store.h"
#include "engine/base/thread_pool.h"
#include "engine/senses.h"
#include "engine/world.h"
#include "scripting/policy_host.h"
#include "tests/bench/generated_policies.h"
#include "tests/bench/measure.h"
#include "tests/bench/phase_times.h"

namespace cherub::bench {

void bench_world();

namespace {

constexpr double kAgentsPerSquareMetre = 0.25;
constexpr double kGrassPerAgent = 1;
constexpr int kWarmTicks = 12;

[[noreturn]] void give_up(const std::string& why) {
  std::fprintf(stderr, "bench world: %s\n", why.c_str());
  std::exit(1);
}

template <class T>
T must(base::Result<T> result) {
  if (!result.ok()) give_up(result.error().text());
  return std::move(*result);
}

// The shipped pasture, as large as the number of its grazers asks.
engine::Scenario pasture_of(std::uint32_t agents) {
  engine::Scenario scenario = must(engine::builtin_scenario("pasture"));
  const double side = std::ceil(std::sqrt(agents / kAgentsPerSquareMetre));
  scenario.terrain.width = scenario.terrain.depth = static_cast<std::uint32_t>(side);
  for (engine::SpawnSpec& spawn : scenario.spawns) {
    const bool grazer = spawn.species == scenario.agent_species;
    spawn.count = grazer ? agents : static_cast<std::uint32_t>(agents * kGrassPerAgent);
  }
  for (engine::SpeciesSpec& species : scenario.species) {
    species.population_max = species.name == scenario.agent_species ? agents : agents + agents / 16;
  }
  return scenario;
}

// grazer.lua in C++.
class NativeGrazer final : public engine::Behaviour {
 public:
  void decide(const engine::World& world, engine::Intents& intents,
              std::vector<engine::Event>&) override {
    constexpr std::size_t kChunk = 4096;
    const auto rows = world.agent_rows();
    world.pool().run((rows.size() + kChunk - 1) / kChunk, [&](std::size_t chunk) {
      const std::size_t last = std::min(rows.size(), (chunk + 1) * kChunk);
      for (std::size_t i = chunk * kChunk; i < last; ++i) act(world, intents, rows[i]);
    });
  }

 private:
  static void act(const engine::World& world, engine::Intents& intents, std::uint32_t row) {
    const engine::Columns& columns = world.columns();
    engine::Sighting food;
    cherub_sense_nearest(&world, row, engine::kFoodSpecies, 10, &food);
    if (food.found != 0 && double{columns.hunger[row]} > 0.3) {
      if (food.distance <= 0.999) {
        intents.ability[row] = static_cast<std::uint8_t>(engine::AbilityKind::kEat);
        intents.ability_target[row] = static_cast<std::uint64_t>(food.id);
        return;
      }
      intents.move[row] = static_cast<std::uint8_t>(engine::MoveKind::kTo);
      intents.move_x[row] = static_cast<float>(food.x);
      intents.move_y[row] = static_cast<float>(food.y);
      intents.move_z[row] = columns.z[row];
    } else if (double{columns.energy[row]} > 0.98) {
      intents.ability[row] = static_cast<std::uint8_t>(engine::AbilityKind::kReproduce);
    } else {
      intents.move[row] = static_cast<std::uint8_t>(engine::MoveKind::kWander);
    }
  }
};

double resident_bytes() {
  std::ifstream statm("/proc/self/statm");
  double pages_in_all = 0, resident = 0;
  statm >> pages_in_all >> resident;
  return resident * 4096;
}

struct Herd {
  std::unique_ptr<engine::World> world;
  std::unique_ptr<engine::Behaviour> behaviour;
  PhaseTimes times;

  void step() { world->step(*behaviour); }
};

bool alike(const engine::World& a, const engine::World& b) {
  const engine::Columns &one = a.columns(), &other = b.columns();
  return one.alive == other.alive && one.x == other.x && one.y == other.y &&
         one.hunger == other.hunger && one.energy == other.energy;
}

Herd make_herd(std::uint32_t agents, bool scripted, base::WorkerPool& pool) {
  Herd herd;
  herd.world = must(engine::World::create(pasture_of(agents), 1));
  herd.world->use(pool);
  if (!scripted) {
    herd.behaviour = std::make_unique<NativeGrazer>();
    return herd;
  }
  const auto registry = std::make_shared<scripting::ScriptRegistry>();
  const auto version = registry->add(std::string(k_grazer_lua));
  auto host = std::make_unique<scripting::PolicyHost>(registry, scripting::HostOptions{});
  if (!host->prepare(version->sha256, herd.world->scenario()).ok) give_up("the policy was refused");
  must(herd.world->submit(engine::InstallScript{"policy", version->sha256}));
  herd.behaviour = std::move(host);
  return herd;
}

struct Figures {
  double scripted_ns = 0, native_ns = 0;  // per agent and tick
  double bytes = 0;                       // resident, per agent
};

Figures measure(std::uint32_t agents, int ticks, base::WorkerPool& pool) {
  const std::string suffix = "." + std::to_string(agents);
  const double before = resident_bytes();
  Herd scripted = make_herd(agents, true, pool);
  for (int i = 0; i < kWarmTicks; ++i) scripted.step();
  const double bytes = resident_bytes() - before;
  Herd native = make_herd(agents, false, pool);
  for (int i = 0; i < kWarmTicks; ++i) native.step();
  if (!alike(*scripted.world, *native.world)) give_up("Lua and C++ decided differently");
  for (Herd* herd : {&scripted, &native}) herd->world->listen(&herd->times);
  for (int i = 0; i < ticks; ++i) {
    scripted.step();
    native.step();
  }
  if (!alike(*scripted.world, *native.world)) give_up("Lua and C++ decided differently");
  Figures figures{scripted.times.median_tick_ns() / agents, native.times.median_tick_ns() / agents,
                  bytes / agents};
  report("world.tick_ms" + suffix, scripted.times.median_tick_ns() / 1e6, "ms", "lower");
  report("world.ns_per_agent" + suffix, figures.scripted_ns, "ns", "lower");
  for (int i = 0; i < engine::kPhaseCount; ++i) {
    const auto phase = static_cast<engine::Phase>(i);
    report(std::string("world.phase.") + engine::phase_name(phase) + ".ns_per_agent" + suffix,
           scripted.times.median_ns(phase) / agents, "ns", "lower");
  }
  report("world.native_ns_per_agent" + suffix, figures.native_ns, "ns", "lower");
  return figures;
}

struct JournalCost {
  double wall = 0, cpu = 0;  // of a tick that is kept, over one that is not
};

// In two worlds that are stepped by turns, of which one is kept. What is written beside a tick
// slows down the next one, so each has several in a turn.
JournalCost measure_journal(std::uint32_t agents, int turns, base::WorkerPool& pool,
                            bool kept_first) {
  constexpr int kTicksInTurn = 8;
  const auto folder = std::filesystem::temp_directory_path() / "cherub_bench_world";
  std::filesystem::remove_all(folder);
  std::array<Herd, 2> herds = {make_herd(agents, true, pool), make_herd(agents, true, pool)};
  Herd& kept = herds[kept_first ? 0 : 1];
  Herd& plain = herds[kept_first ? 1 : 0];
  auto store = must(abilities::WorldStore::create(folder, *kept.world, {}, {.autosave_s = 0}));
  auto& host = static_cast<scripting::PolicyHost&>(*kept.behaviour);
  const auto step_kept = [&] {
    for (int i = 0; i < kTicksInTurn; ++i) {
      const engine::TickReport report = kept.world->step(host);
      store->on_tick(*kept.world, report, host);
    }
  };
  const auto step_plain = [&] {
    for (int i = 0; i < kTicksInTurn; ++i) plain.step();
  };
  for (int i = 0; i < kWarmTicks; i += kTicksInTurn) {
    step_kept();
    step_plain();
  }
  const auto ratio = [&](Timer timer) {
    const auto medians = median_ns({step_kept, step_plain}, turns, timer);
    return medians[0] / medians[1];
  };
  const JournalCost cost{ratio(Timer::kWall), ratio(Timer::kProcess)};
  store.reset();
  std::filesystem::remove_all(folder);
  return cost;
}

// What keeping a journal and the events costs a tick. Which of two worlds got the better memory
// shows as much as the journal does, so each of them is the one that is kept in turn.
void report_journal(std::uint32_t agents, int turns, base::WorkerPool& pool) {
  const JournalCost first = measure_journal(agents, turns, pool, true);
  const JournalCost second = measure_journal(agents, turns, pool, false);
  report("world.journal_over_none", std::sqrt(first.wall * second.wall), "1", "lower");
  report("world.journal_over_none_cpu", std::sqrt(first.cpu * second.cpu), "1", "lower");
}

void measure_threads(std::uint32_t agents, int ticks) {
  base::ThreadPool one(1), two(2);
  Herd alone = make_herd(agents, true, one), together = make_herd(agents, true, two);
  for (int i = 0; i < kWarmTicks; ++i) {
    alone.step();
    together.step();
  }
  const auto medians =
      median_ns({[&] { alone.step(); }, [&] { together.step(); }}, ticks, Timer::kWall);
  report("world.threads_1_over_2", medians[0] / medians[1], "1", "higher");
}

}  // namespace

void bench_world() {
  base::ThreadPool pool(std::thread::hardware_concurrency());
  const Figures large = measure(1'000'000, 15, pool);
  measure(100'000, 60, pool);
  const Figures small = measure(10'000, 300, pool);
  report("world.growth_10k_to_1m", large.scripted_ns / small.scripted_ns, "1", "lower");
  report("world.scripted_over_native", large.scripted_ns / large.native_ns, "1", "lower");
  report("world.bytes_per_agent", large.bytes, "B", "lower");
  report_journal(1'000'000, 5, pool);
  measure_threads(1'000'000, 15);
}

}  // namespace cherub::bench
