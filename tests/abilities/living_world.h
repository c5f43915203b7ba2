#pragma once

#include <catch2/catch.hpp>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "abilities/replay.h"
#include "abilities/world_store.h"
#include "faulty_file_system.h"
#include "run_fixture.h"

namespace cherub::abilities {

inline constexpr std::uint64_t kSeed = 5;
inline constexpr engine::Tick kTicks = 30, kTicksAfter = 45;

// Walks by what it remembers, so that a memory that is lost is seen.
inline constexpr const char* kRememberingSource =
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

inline engine::Scenario scenario_of(const std::string& name) {
  auto scenario = engine::builtin_scenario(name);
  REQUIRE(scenario);
  return std::move(*scenario);
}

// A world that is stepped with commands at fixed ticks, kept or not.
struct Living {
  std::shared_ptr<scripting::ScriptRegistry> registry =
      std::make_shared<scripting::ScriptRegistry>();
  scripting::HostOptions options;
  StoreOptions store_options{.autosave_s = 0};
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
      store_options.files = &files;
      auto kept = WorldStore::create(*path, *world, options, store_options);
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
  void load(const std::string& path, FileSystem& files = real_file_system(),
            const std::string& named = "") {
    LoadedWorld loaded;
    store_options.files = &files;
    auto kept = WorldStore::load(path, registry, true, store_options, loaded, named);
    if (!kept) FAIL(kept.error().text());
    store = std::move(*kept);
    take(std::move(loaded));
  }
  void take(LoadedWorld loaded) {
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

inline std::vector<std::uint64_t> hashes_without_stopping(const std::string& scenario,
                                                          const std::string& source,
                                                          engine::Tick ticks) {
  Living living;
  REQUIRE(living.begin(scenario, source, std::nullopt));
  living.live_until(ticks);
  return living.hashes;
}

inline ReplayReport verified(const std::string& path, ReplayOptions options = {}) {
  const auto report = replay_run(path, options);
  if (!report) FAIL(report.error().text());
  return *report;
}

}  // namespace cherub::abilities
