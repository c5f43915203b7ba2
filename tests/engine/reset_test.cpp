#include "engine/base/sha256.h"
#include "engine/snapshot.h"
#include "tests/engine/fixtures.h"

using namespace cherub::engine;
using namespace cherub::engine::fixtures;

namespace {

struct Life {
  std::vector<std::uint64_t> hashes;
  int births = 0, deaths = 0, hazards = 0;
  auto operator<=>(const Life&) const = default;
};

// Everything that a caller can do to a world, in the middle of its run.
Life live(World& world, int ticks) {
  NativeBehaviour native;
  Life life;
  for (int tick = 0; tick < ticks; ++tick) {
    if (tick == 5)
      REQUIRE(world.submit(Spawn{world.scenario().agent_species, 1.5, 1.5, 0, 9}).ok());
    if (tick == 8) REQUIRE(world.submit(Rain{0.7}).ok());
    if (tick == 11) REQUIRE(world.submit(Remove{world.id_of(0)}).ok());
    if (tick == 14) {
      REQUIRE(world.submit(InstallScript{"policy", cherub::base::sha256_hex("x")}).ok());
    }
    if (tick == 17) REQUIRE(world.submit(InstallScript{"policy", ""}).ok());
    const TickReport report = world.step(native);
    for (const Event& event : report.events) {
      life.births += event.kind == EventKind::kBirth ? 1 : 0;
      life.deaths += event.kind == EventKind::kDeath ? 1 : 0;
      life.hazards += event.kind == EventKind::kHazard ? 1 : 0;
    }
    life.hashes.push_back(report.hash);
  }
  return life;
}

// A pasture in which much happens soon, or a maze full of hazards.
Scenario eventful(const std::string& name) {
  Scenario scenario = shipped(name);
  if (name == "maze") scenario.terrain.hazard_density = 0.3;
  for (SpeciesSpec& species : scenario.species) species.hunger_rate *= 10;
  return scenario;
}

void require_alike(const World& world, const World& fresh) {
  REQUIRE(world.tick() == 0);
  REQUIRE(world.seed() == fresh.seed());
  REQUIRE(world.state_hash() == fresh.state_hash());
  const auto difference = first_difference(world.snapshot(), fresh.snapshot());
  CAPTURE(difference ? difference->column : "");
  REQUIRE_FALSE(difference);
  REQUIRE(std::ranges::equal(world.agent_rows(), fresh.agent_rows()));
  REQUIRE(world.alive_count() == fresh.alive_count());
  REQUIRE(world.rain_intensity() == 0);
  REQUIRE(world.maze_facts().target == fresh.maze_facts().target);
  REQUIRE(world.maze_facts().shortest_path_m == fresh.maze_facts().shortest_path_m);
  REQUIRE((world.target() == nullptr) == (fresh.target() == nullptr));
  if (world.target() != nullptr) REQUIRE(world.target()->id == fresh.target()->id);
  REQUIRE(world.column_hashes().size() == fresh.column_hashes().size());
}

}  // namespace

TEST_CASE("a world that begins again is a new world, tick by tick") {
  for (const char* name : {"maze", "meadow", "pasture"}) {
    const Scenario scenario = eventful(name);
    const auto world = make_world(scenario, 99);
    Life all = live(*world, 200);
    for (const std::uint64_t seed : {1ull, 2ull, 99ull, 2ull}) {
      CAPTURE(name, seed);
      world->reset(seed);
      const auto fresh = make_world(scenario, seed);
      require_alike(*world, *fresh);
      const Life again = live(*world, 200);
      REQUIRE(again == live(*fresh, 200));
      all.births += again.births;
      all.deaths += again.deaths;
      all.hazards += again.hazards;
    }
    CHECK(all.deaths > 0);
    if (scenario.name == "maze") CHECK(all.hazards > 0);
    if (scenario.name == "pasture") CHECK(all.births > 0);
  }
}

TEST_CASE("commands that waited do not come into the world that begins again") {
  const auto world = make_world(shipped("pasture"), 3);
  REQUIRE(world->submit(Spawn{"grass", 1.5, 1.5, 0, 100}).ok());
  REQUIRE(world->submit(Rain{1}).ok());
  world->reset(4);
  require_alike(*world, *make_world(shipped("pasture"), 4));
  Idle idle;
  for (const Event& event : world->step(idle).events) CHECK(event.kind != EventKind::kSpawn);
  CHECK(world->rain_intensity() == 0);
}

TEST_CASE("spawns that waited no longer count once a world begins again") {
  const auto world = make_world(plain_yaml());
  for (std::uint32_t room = kEntitiesMax; room > 0;) {
    const std::uint32_t count = std::min(room, kSpawnCountMax);
    REQUIRE(world->submit(Spawn{"stone", 8, 8, 0, count}).ok());
    room -= count;
  }
  REQUIRE_FALSE(world->submit(Spawn{"stone", 8, 8, 0, 1}).ok());
  world->reset(1);
  CHECK(world->submit(Spawn{"stone", 8, 8, 0, 1}).ok());
}

TEST_CASE("a world that was empty begins again empty") {
  const auto world = make_world(plain_yaml());
  spawn(*world, "walker", 8, 8);
  REQUIRE(world->agent_rows().size() == 1);
  world->reset(1);
  CHECK(world->agent_rows().empty());
  CHECK(world->alive_count() == 0);
  CHECK(world->columns().size() == 0);
  require_alike(*world, *make_world(plain_yaml()));
}

TEST_CASE("a world that was restored begins again like any other") {
  const auto saved = make_world(shipped("pasture"), 6);
  live(*saved, 60);
  auto restored = World::restore(saved->snapshot());
  REQUIRE(restored.ok());
  (*restored)->reset(7);
  const auto fresh = make_world(shipped("pasture"), 7);
  require_alike(**restored, *fresh);
  REQUIRE(live(**restored, 60) == live(*fresh, 60));
}
