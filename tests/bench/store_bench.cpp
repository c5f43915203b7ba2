// What it costs to keep a world: ticks with the journal and without, in worlds that are stepped by
// turns; a save of 100,000 entities; reading a journal of a million ticks.
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>

#include "abilities/journal_file.h"
#include "abilities/stopwatch.h"
#include "abilities/world_store.h"
#include "tests/bench/generated_policies.h"
#include "tests/bench/measure.h"

namespace cherub::bench {

void bench_store();

namespace {

constexpr std::uint32_t kEntities = 100'000;
constexpr engine::Tick kJournalTicks = 1'000'000;
constexpr const char* kWanderer =
    "local policy = {}\nfunction policy.act(self, world) self:wander() end\nreturn policy\n";
constexpr int kTicksPerRound = 10, kRounds = 400, kWarmTicks = 300;

template <class T>
T must(base::Result<T> result) {
  if (result.ok()) return std::move(*result);
  std::fprintf(stderr, "bench store: %s\n", result.error().text().c_str());
  std::exit(1);
}

// A folder of its own that is gone in the end.
struct Folder {
  std::filesystem::path path = std::filesystem::temp_directory_path() / "cherub-bench-XXXXXX";
  Folder() {
    std::string name = path.string();
    if (::mkdtemp(name.data()) == nullptr) std::exit(1);
    path = name;
  }
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path, ignored);
  }
};

// A world in which a small Lua policy decides, kept or not.
struct KeptWorld {
  std::shared_ptr<scripting::ScriptRegistry> registry =
      std::make_shared<scripting::ScriptRegistry>();
  scripting::PolicyHost host{registry, {}};
  std::unique_ptr<engine::World> world;
  std::unique_ptr<abilities::WorldStore> store;

  KeptWorld(const engine::Scenario& scenario, const std::filesystem::path& path) {
    const bool is_maze = scenario.name == "maze";
    world = must(engine::World::create(scenario, 1));
    if (!path.empty()) {
      store = must(abilities::WorldStore::create(path, *world, {}, {.autosave_s = 0}));
    }
    const auto version = registry->add(is_maze ? kWanderer : std::string(k_grazer_lua));
    if (!host.prepare(version->sha256, world->scenario()).ok) std::exit(1);
    const auto stamped = must(world->submit(engine::InstallScript{"policy", version->sha256}));
    if (store) store->on_source(version->sha256, version->source);
    if (store) store->on_command(stamped);
  }
  void step(int ticks) {
    for (int i = 0; i < ticks; ++i) {
      const engine::TickReport report = world->step(host);
      if (store) store->on_tick(*world, report, host);
      host.take_notes();
    }
  }
};

void measure_journal(const char* name) {
  const Folder folder;
  const engine::Scenario scenario = must(engine::builtin_scenario(name));
  KeptWorld plain(scenario, {}), kept(scenario, folder.path / "world");
  plain.step(kWarmTicks);
  kept.step(kWarmTicks);
  const auto ns =
      median_ns({[&] { plain.step(kTicksPerRound); }, [&] { kept.step(kTicksPerRound); }}, kRounds);
  const std::string prefix = std::string("store.") + name;
  report(prefix + ".tick", ns[0] / kTicksPerRound / 1000, "us", "lower");
  report(prefix + ".journal_ratio", ns[1] / ns[0], "x", "lower");
}

void measure_save() {
  engine::Scenario scenario = must(engine::builtin_scenario("pasture"));
  scenario.terrain.width = scenario.terrain.depth = 448;
  for (engine::SpawnSpec& spawn : scenario.spawns) spawn.count = kEntities / 2;
  for (engine::SpeciesSpec& species : scenario.species) species.population_max = kEntities;
  const Folder folder;
  KeptWorld pasture(scenario, folder.path / "world");
  pasture.step(5);
  const abilities::Stopwatch stopwatch;
  pasture.store->save(*pasture.world, pasture.host);
  report("store.save_100k.pause", stopwatch.seconds() * 1000, "ms", "lower");
  std::vector<abilities::StoreNotice> notices;
  while (notices.empty()) notices = pasture.store->take_notices();
  report("store.save_100k.background", notices.front().wall_s * 1000, "ms", "lower");
  report("store.save_100k.bytes", static_cast<double>(notices.front().bytes) / 1e6, "MB", "lower");
}

void measure_reading() {
  const Folder folder;
  const auto world = must(engine::World::create(must(engine::builtin_scenario("maze")), 1));
  engine::RecordedStart start;
  start.scenario_yaml = world->scenario().yaml;
  const auto hashes = world->column_hashes();
  for (const auto& column : hashes) start.columns.emplace_back(column.name);
  const auto path = folder.path / "journal";
  auto journal = must(abilities::JournalFile::create(abilities::real_file_system(), path, start));
  const abilities::Stopwatch writing;
  for (engine::Tick tick = 0; tick < kJournalTicks; ++tick) {
    if (tick % engine::kBehaviourHashInterval == 0) journal.records().behaviour_hash(tick, tick);
    journal.records().tick(tick, tick, hashes);
    if (journal.waiting_bytes() > 65536 && !journal.flush()) std::exit(1);
  }
  if (!journal.flush()) std::exit(1);
  report("store.journal.write", writing.seconds() * 1e9 / kJournalTicks, "ns/tick", "lower");
  report("store.journal.bytes",
         static_cast<double>(std::filesystem::file_size(abilities::segment_path(path, 0, 0))) /
             kJournalTicks,
         "bytes/tick", "lower");
  const abilities::Stopwatch reading;
  const auto recording = must(abilities::read_journal(path));
  report("store.journal.read_1m", reading.seconds(), "s", "lower");
  if (recording.hashes.size() != kJournalTicks) std::exit(1);
}

}  // namespace

void bench_store() {
  measure_journal("pasture");
  measure_journal("maze");
  measure_save();
  measure_reading();
}

}  // namespace cherub::bench
