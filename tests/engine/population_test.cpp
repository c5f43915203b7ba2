#include <algorithm>
#include <set>

#include "engine/senses.h"
#include "tests/engine/fixtures.h"

using namespace cherub::engine;
using namespace cherub::engine::fixtures;

TEST_CASE("a row is used again under another id, and the old id is dead for ever") {
  const auto world = make_world(plain_yaml());
  Idle idle;
  const std::uint32_t row = spawn(*world, "walker", 3, 3);
  const EntityId first = world->id_of(row);
  REQUIRE(world->exists(first));
  REQUIRE(world->submit(Remove{first}).ok());
  world->step(idle);
  CHECK_FALSE(world->exists(first));
  CHECK_FALSE(world->submit(Remove{first}).ok());

  const std::uint32_t again = spawn(*world, "walker", 5, 5);
  CHECK(again == row);
  CHECK(world->id_of(again).generation == first.generation + 1);
  CHECK_FALSE(world->exists(first));
  CHECK(world->columns().size() == 1);
  CHECK(world->columns().age[again] == 1);
}

TEST_CASE("rows freed last are used first") {
  const auto world = make_world(plain_yaml());
  Idle idle;
  for (int i = 0; i < 4; ++i) spawn(*world, "walker", 2 + i, 2);
  REQUIRE(world->submit(Remove{world->id_of(1)}).ok());
  REQUIRE(world->submit(Remove{world->id_of(3)}).ok());
  world->step(idle);
  CHECK(spawn(*world, "walker", 8, 8) == 3);
  CHECK(spawn(*world, "walker", 8, 8) == 1);
  CHECK(spawn(*world, "walker", 8, 8) == 4);
}

TEST_CASE("no two entities of a busy world ever share an id") {
  Scenario scenario = shipped("pasture");
  const auto world = make_world(scenario, 3);
  NativeBehaviour native;
  std::set<std::uint64_t> ids;
  for (std::uint32_t row = 0; row < world->columns().size(); ++row) {
    REQUIRE(ids.insert(world->id_of(row).packed()).second);
  }
  std::uint32_t alive = world->alive_count();
  for (int tick = 0; tick < 600; ++tick) {
    const TickReport report = world->step(native);
    for (const Event& event : report.events) {
      if (event.kind == EventKind::kBirth) REQUIRE(ids.insert(event.entity.packed()).second);
      if (event.kind == EventKind::kBirth) ++alive;
      if (event.kind == EventKind::kDeath) --alive;
    }
    REQUIRE(report.alive == alive);
    const auto counted =
        std::count(world->columns().alive.begin(), world->columns().alive.end(), 1);
    REQUIRE(counted == alive);
  }
}

TEST_CASE("agent rows are the living agents, ascending") {
  const auto world = make_world(plain_yaml());
  Idle idle;
  spawn(*world, "walker", 2, 2);
  spawn(*world, "grass", 3, 3);
  spawn(*world, "walker", 4, 4);
  REQUIRE(std::ranges::equal(world->agent_rows(), std::vector<std::uint32_t>{0, 2}));
  REQUIRE(world->submit(Remove{world->id_of(0)}).ok());
  world->step(idle);
  CHECK(std::ranges::equal(world->agent_rows(), std::vector<std::uint32_t>{2}));
  CHECK(world->alive_count(0) == 1);
  CHECK(world->alive_count(1) == 1);
  CHECK(world->alive_count(99) == 0);
}
