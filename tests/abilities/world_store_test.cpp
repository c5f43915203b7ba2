#include "abilities/world_store.h"

#include <catch2/catch.hpp>
#include <fstream>

#include "abilities/replay.h"
#include "faulty_file_system.h"
#include "run_fixture.h"

namespace cherub::abilities {
namespace {

constexpr std::uint64_t kSeed = 5;
constexpr engine::Tick kTicks = 30, kTicksAfter = 45;

// Walks by what it remembers, so that a memory that is lost is seen.
constexpr const char* kRememberingSource =
    "local policy = {}\n"
    "function policy.act(self, world)\n"
    "  local memory = self.memory\n"
    "  memory.steps = (memory.steps or 0) + 1\n"
    "  memory.way = memory.way or {}\n"
    "  memory.way[1 + memory.steps % 5] = self.x\n"
    "  memory.angle = (memory.angle or 0) + 0.3 + (memory.way[1] or 0) % 0.1\n"
    "  self:move(math.cos(memory.angle), math.sin(memory.angle))\n"
    "end\n"
    "return policy\n";

engine::Scenario scenario_of(const std::string& name) {
  auto scenario = engine::builtin_scenario(name);
  REQUIRE(scenario);
  return std::move(*scenario);
}

// A world that is stepped with commands at fixed ticks, kept or not.
struct Living {
  std::shared_ptr<scripting::ScriptRegistry> registry =
      std::make_shared<scripting::ScriptRegistry>();
  scripting::HostOptions options;
  std::unique_ptr<engine::World> world;
  std::unique_ptr<scripting::PolicyHost> host;
  std::unique_ptr<WorldStore> store;
  std::vector<std::uint64_t> hashes;  // by tick; only of those that were stepped here

  // Whether the world could be created.
  bool begin(const std::string& scenario, const std::string& source,
             const std::optional<std::string>& path, FileSystem& files = real_file_system()) {
    auto made = engine::World::create(scenario_of(scenario), kSeed);
    REQUIRE(made);
    world = std::move(*made);
    host = std::make_unique<scripting::PolicyHost>(registry, options);
    if (path) {
      auto kept = WorldStore::create(*path, *world, options, {.autosave_s = 0, .files = &files});
      if (!kept) return false;
      store = std::move(*kept);
    }
    if (!source.empty()) install(source);
    return true;
  }
  void install(const std::string& source) {
    const auto version = registry->add(source);
    REQUIRE(host->prepare(version->sha256, world->scenario()).ok);
    if (store) store->on_source(version->sha256, source);
    submit(engine::InstallScript{"policy", version->sha256});
  }
  void load(const std::string& path, FileSystem& files = real_file_system()) {
    LoadedWorld loaded;
    auto kept = WorldStore::load(path, registry, true, {.autosave_s = 0, .files = &files}, loaded);
    if (!kept) FAIL(kept.error().text());
    store = std::move(*kept);
    world = std::move(loaded.world);
    host = std::move(loaded.host);
    notes = loaded.notes;
    save_tick = loaded.save_tick;
    hashes.resize(world->tick());
    hashes_from = world->tick();
    waiting = loaded.waiting;
  }
  void submit(engine::Command command) {
    const auto stamped = world->submit(std::move(command));
    REQUIRE(stamped);
    if (store) store->on_command(*stamped);
  }
  void live_until(engine::Tick end, std::vector<engine::Tick> saves = {}) {
    while (world->tick() < end) {
      const engine::Tick tick = world->tick();
      const bool has_come = tick == hashes_from && waiting > 0;
      if (tick == 3 && !has_come) submit(engine::Rain{0.5});
      if (tick == 12 && !has_come)
        submit(engine::Spawn{world->scenario().agent_species, 3.5, 3.5, 0, 2});
      const engine::TickReport report = world->step(*host);
      hashes.push_back(report.hash);
      if (!store) continue;
      store->on_tick(*world, report, *host);
      const auto now = world->tick();
      if (std::find(saves.begin(), saves.end(), now) != saves.end()) {
        store->save(*world, *host);
      }
    }
  }
  std::vector<std::string> notes;
  engine::Tick save_tick = 0, hashes_from = 0;
  std::size_t waiting = 0;
};

std::vector<std::uint64_t> hashes_without_stopping(const std::string& scenario,
                                                   const std::string& source, engine::Tick ticks) {
  Living living;
  REQUIRE(living.begin(scenario, source, std::nullopt));
  living.live_until(ticks);
  return living.hashes;
}

ReplayReport verified(const std::string& path, ReplayOptions options = {}) {
  const auto report = replay_run(path, options);
  if (!report) FAIL(report.error().text());
  return *report;
}

// The world of the folder goes on as if nothing had happened to it.
void check_goes_on(const std::string& path, const std::vector<std::uint64_t>& expected) {
  FaultyFileSystem good(0, FaultyFileSystem::Fault::kOnce);
  Living living;
  living.load(path, good);
  const engine::Tick at = living.world->tick();
  if (at > 0) REQUIRE(living.world->state_hash() == expected[at - 1]);
  // A command that was lost with the crash is given again.
  if (at == 0 && living.waiting == 0) living.install(kRememberingSource);
  living.live_until(kTicksAfter);
  for (engine::Tick tick = at; tick < kTicksAfter; ++tick) {
    CAPTURE(tick);
    REQUIRE(living.hashes[tick] == expected[tick]);
  }
  REQUIRE(living.store->close(*living.world, *living.host));
}

}  // namespace

TEST_CASE("a world that is saved, closed and loaded goes on bit for bit") {
  for (const char* scenario : {"maze", "meadow"}) {
    for (const char* source : {"", kRememberingSource}) {
      CAPTURE(scenario, source);
      const auto expected = hashes_without_stopping(scenario, source, 300);
      const TemporaryFolder folder;
      const std::string path = folder.path() + "/world";
      engine::Tick until = 0;
      for (const engine::Tick end : {40, 130, 210, 300}) {
        Living living;
        if (until == 0) {
          REQUIRE(living.begin(scenario, source, path));
        } else {
          living.load(path);
          CHECK(living.notes.empty());
          CHECK(living.world->tick() == until);
        }
        living.live_until(end, {static_cast<engine::Tick>(end) - 15});
        REQUIRE(living.store->close(*living.world, *living.host));
        for (const StoreNotice& notice : living.store->take_notices()) CHECK(notice.ok);
        for (engine::Tick tick = until; tick < living.hashes.size(); ++tick) {
          REQUIRE(living.hashes[tick] == expected[tick]);
        }
        until = end;
      }
      const ReplayReport report = verified(path);
      CHECK(report.verified);
      CHECK(report.ticks == 300);
      CHECK(report.saves_compared >= 4);
      ReplayOptions later;
      later.from = 200;
      later.to = 250;
      later.threads = 2;
      const ReplayReport part = verified(path, later);
      CHECK(part.verified);
      CHECK(part.from > 100);
      CHECK(part.from + part.ticks == 250);
    }
  }
}

TEST_CASE("a world that was left without closing goes on from its newest save and its journal") {
  const auto expected = hashes_without_stopping("meadow", kRememberingSource, kTicksAfter);
  const TemporaryFolder folder;
  const std::string path = folder.path() + "/world";
  {
    Living living;
    REQUIRE(living.begin("meadow", kRememberingSource, path));
    living.live_until(kTicks, {10});
  }
  check_goes_on(path, expected);
  CHECK(verified(path).verified);
  CHECK(verified(path).ticks == kTicksAfter);
}

TEST_CASE("whichever file operation fails, the world is loaded and goes on") {
  const auto expected = hashes_without_stopping("maze", kRememberingSource, kTicksAfter);
  using Fault = FaultyFileSystem::Fault;
  for (const auto& [fault, code] : {std::pair(Fault::kOnce, ENOSPC), {Fault::kForEver, EIO}}) {
    std::uint64_t created = 0;
    for (std::uint64_t nth = 1;; ++nth) {
      CAPTURE(nth, code);
      const TemporaryFolder folder;
      const std::string path = folder.path() + "/world";
      FaultyFileSystem files(nth, fault, code);
      bool kept = false;
      {
        Living living;
        kept = living.begin("maze", kRememberingSource, path, files);
        if (kept) living.live_until(kTicks, {10, 20});
        // The world itself never notices.
        for (std::size_t tick = 0; tick < living.hashes.size(); ++tick) {
          REQUIRE(living.hashes[tick] == expected[tick]);
        }
        if (kept) (void)living.store->close(*living.world, *living.host);
      }
      if (!kept) continue;
      ++created;
      check_goes_on(path, expected);
      REQUIRE(verified(path).verified);
      if (files.operations() < nth) break;
    }
    CHECK(created > 20);
  }
}

TEST_CASE("short and interrupted writes change nothing") {
  using Fault = FaultyFileSystem::Fault;
  for (const Fault fault : {Fault::kShortWrites, Fault::kInterrupted}) {
    const TemporaryFolder folder;
    const std::string path = folder.path() + "/world";
    FaultyFileSystem files(0, fault);
    Living living;
    REQUIRE(living.begin("maze", kRememberingSource, path, files));
    living.live_until(kTicks, {10});
    REQUIRE(living.store->close(*living.world, *living.host));
    for (const StoreNotice& notice : living.store->take_notices()) CHECK(notice.ok);
    CHECK(verified(path).verified);
    CHECK(verified(path).torn_bytes == 0);
  }
}

TEST_CASE("a disk that was full for a while leaves no gap in the journal") {
  const TemporaryFolder folder;
  const std::string path = folder.path() + "/world";
  FaultyFileSystem files(0, FaultyFileSystem::Fault::kOnce);
  // Somewhere behind the creation, in the journal's own writes.
  Living probe;
  REQUIRE(probe.begin("maze", "", folder.path() + "/probe", files));
  const std::uint64_t made = files.operations();
  FaultyFileSystem full(made + 1, FaultyFileSystem::Fault::kOnce);
  Living living;
  REQUIRE(living.begin("maze", "", path, full));
  living.live_until(kTicks);
  REQUIRE(living.store->close(*living.world, *living.host));
  const auto notices = living.store->take_notices();
  REQUIRE(notices.size() >= 2);
  CHECK_FALSE(notices.front().ok);
  CHECK(notices.front().message.find("No space left") != std::string::npos);
  CHECK(notices.back().ok);
  CHECK(verified(path).ticks == kTicks);
  CHECK(verified(path).verified);
}

TEST_CASE("damaged saves are gone around, down to the beginning") {
  const auto expected = hashes_without_stopping("meadow", kRememberingSource, kTicksAfter);
  const TemporaryFolder folder;
  const std::string path = folder.path() + "/world";
  {
    Living living;
    REQUIRE(living.begin("meadow", kRememberingSource, path));
    living.live_until(kTicks, {10});
    REQUIRE(living.store->close(*living.world, *living.host));
  }
  WorldFolder kept(real_file_system(), path);
  CHECK(kept.saves() == std::vector<engine::Tick>{10, 30});
  for (const engine::Tick tick : kept.saves()) {
    const std::string save = path + "/saves/" + tick_name(tick);
    for (const std::string& name : names_in(save)) {
      if (name.starts_with("state")) std::ofstream(save + "/" + name) << "{}";
    }
  }
  Living living;
  living.load(path);
  CHECK(living.notes.size() == 2);
  CHECK(living.save_tick == 0);
  CHECK(living.world->tick() == kTicks);
  CHECK(living.world->state_hash() == expected[kTicks - 1]);
}

TEST_CASE("a replay names the tick, the column and the entity of an altered save") {
  const TemporaryFolder folder;
  const std::string path = folder.path() + "/world";
  {
    Living living;
    REQUIRE(living.begin("meadow", kRememberingSource, path));
    living.live_until(kTicks, {10, 20});
    REQUIRE(living.store->close(*living.world, *living.host));
  }
  WorldFolder kept(real_file_system(), path);
  auto save = kept.read_save(kTicks, SaveCheck::kIntact);
  REQUIRE(save);
  save->snapshot.columns.energy[7] -= 0.125f;
  REQUIRE(kept.write_save(*save));
  const ReplayReport report = verified(path);
  CHECK_FALSE(report.verified);
  CHECK(report.first_difference_tick == std::optional<std::uint64_t>(kTicks));
  CHECK(report.column == "energy");
  CHECK(report.entity == save->snapshot.columns.generation[7] * (std::uint64_t{1} << 32) + 7);
  CHECK(report.difference.find("altered") != std::string::npos);
  CHECK(report.recorded != report.replayed);
}

TEST_CASE("a replay names the column at the tick, and the entity at the next save") {
  const TemporaryFolder folder;
  const std::string path = folder.path() + "/world";
  {
    Living living;
    REQUIRE(living.begin("meadow", kRememberingSource, path));
    living.live_until(kTicks, {10});
    REQUIRE(living.store->close(*living.world, *living.host));
  }
  const WorldFolder kept(real_file_system(), path);
  auto recording = read_journal(kept.journal());
  REQUIRE(recording);
  const auto& names = recording->start.columns;
  const auto column_at = [&](engine::Tick tick, const std::string& name) {
    return tick * names.size() +
           std::size_t(std::find(names.begin(), names.end(), name) - names.begin());
  };
  // A hash that was altered in the record: the world itself is the same.
  recording->hashes[17] ^= 1;
  recording->column_hashes[column_at(17, "hunger")] ^= 1;
  auto report = replay_recording(*recording, {}, {}, &kept);
  REQUIRE(report);
  CHECK(report->first_difference_tick == std::optional<std::uint64_t>(17));
  CHECK(report->column == "hunger");
  CHECK_FALSE(report->entity);
  CHECK(report->difference.find("the journal was altered") != std::string::npos);

  // A command that was taken out of the record: everything behind it differs.
  recording = read_journal(kept.journal());
  recording->commands.erase(recording->commands.begin() + 1, recording->commands.end());
  report = replay_recording(*recording, {}, {}, &kept);
  REQUIRE(report);
  CHECK(report->first_difference_tick == std::optional<std::uint64_t>(3));
  CHECK(report->column == "energy");  // of what the rain lets grow
  CHECK(report->seen_tick == 10);
  CHECK_FALSE(report->verified);
}

TEST_CASE("faults of the machine are in the journal, and a replay has them where they were") {
  constexpr const char* kHoarder =
      "local policy = {}\n"
      "function policy.act(self, world)\n"
      "  self.memory.count = (self.memory.count or 0) + 1\n"
      "  if self.id % 5 == 0 then\n"
      "    local parts = {}\n"
      "    for i = 1, 3000 do parts[i] = string.rep('x', 1000) .. i end\n"
      "  end\n"
      "  self:move(self.memory.count % 3 - 1, 0.1)\n"
      "end\n"
      "return policy\n";
  const TemporaryFolder folder;
  const std::string path = folder.path() + "/world";
  {
    Living living;
    living.options.memory_bytes = 2u << 20;
    living.options.fuel_per_act = 20'000'000;
    REQUIRE(living.begin("meadow", kHoarder, path));
    living.live_until(8, {4});
  }
  {
    Living living;
    living.load(path);
    CHECK(living.world->tick() == 8);
    living.live_until(11);
    REQUIRE(living.store->close(*living.world, *living.host));
  }
  const auto recording = read_journal(path + "/journal.jsonl");
  REQUIRE(recording);
  REQUIRE_FALSE(recording->faults.empty());
  CHECK(recording->faults.back().tick > 8);
  for (const bool jit : {true, false}) {
    ReplayOptions options;
    options.jit = jit;
    options.threads = 2;
    const ReplayReport report = verified(path, options);
    CAPTURE(jit, report.difference);
    CHECK(report.verified);
    CHECK(report.ticks == 11);
  }
}

TEST_CASE("events and the index tell what happened, also after a crash") {
  const TemporaryFolder folder;
  const std::string path = folder.path() + "/world";
  {
    Living living;
    REQUIRE(living.begin("meadow", kRememberingSource, path));
    living.live_until(kTicks, {10});
    REQUIRE(living.store->close(*living.world, *living.host));
  }
  const std::string whole = file_text(path + "/events/0000000000-0000009999.jsonl");
  CHECK(whole.find("\"kind\":\"spawn\"") != std::string::npos);
  CHECK(std::filesystem::exists(path + "/index.sqlite"));
  // Lines that were lost or doubled in a crash are made good by loading.
  std::ofstream(path + "/events/0000000000-0000009999.jsonl") << whole.substr(0, 200);
  std::filesystem::remove_all(path + "/saves/" + tick_name(kTicks));
  std::ofstream(path + "/index.sqlite") << "not a database at all";
  {
    Living living;
    living.load(path);
    REQUIRE(living.store->close(*living.world, *living.host));
    for (const StoreNotice& notice : living.store->take_notices()) CHECK(notice.ok);
  }
  const std::string again = file_text(path + "/events/0000000000-0000009999.jsonl");
  CHECK(again.size() > 200);
  CHECK(whole.ends_with(again.substr(again.find('\n', 200) + 1)));
  CHECK(file_text(path + "/index.sqlite").starts_with("SQLite format 3"));
}

TEST_CASE("of old saves, one stays for each doubling of age") {
  const TemporaryFolder folder;
  WorldFolder kept(real_file_system(), folder.path() + "/world");
  Living living;
  REQUIRE(living.begin("maze", "", std::nullopt));
  REQUIRE(kept.create(living.world->scenario(), kSeed));
  for (int i = 0; i < 200; ++i) {
    living.live_until(living.world->tick() + 1);
    REQUIRE(kept.write_save({living.world->snapshot(), {}}));
  }
  const auto saves = kept.saves();
  CHECK(saves.size() >= kNewestSavesKept + 3);
  CHECK(saves.size() <= kNewestSavesKept + 9);
  for (std::size_t i = 0; i < kNewestSavesKept; ++i) CHECK(saves[saves.size() - 1 - i] == 200 - i);
  for (const engine::Tick tick : saves) CHECK(kept.read_save(tick, SaveCheck::kIntact));
}

TEST_CASE("a folder that keeps a world is not begun again") {
  const TemporaryFolder folder;
  const std::string path = folder.path() + "/world";
  Living first, second;
  REQUIRE(first.begin("maze", "", path));
  CHECK_FALSE(second.begin("maze", "", path));
  // Nor is it gone on with while it lives.
  LoadedWorld loaded;
  const auto store = WorldStore::load(path, second.registry, true, {}, loaded);
  REQUIRE_FALSE(store);
  CHECK(store.error().code == base::ErrorCode::kConflict);
  CHECK(verified(path).ticks == 0);
}

}  // namespace cherub::abilities
