#include "engine/snapshot.h"

#include <limits>

#include "tests/engine/fixtures.h"

using namespace cherub::engine;
using namespace cherub::engine::fixtures;

namespace {

// A world after some ticks, with commands, births and deaths behind it.
std::unique_ptr<World> lived(const std::string& scenario, std::uint64_t seed, Tick ticks) {
  auto world = make_world(shipped(scenario), seed);
  NativeBehaviour native;
  for (Tick tick = 0; tick < ticks; ++tick) {
    if (tick == 20) REQUIRE(world->submit(Rain{0.7}).ok());
    if (tick == 21 && scenario == "pasture") {
      REQUIRE(world->submit(Spawn{"rabbit", 5.5, 5.5, 0, 7}).ok());
    }
    if (tick == 40) {
      REQUIRE(world->submit(Remove{world->id_of(world->agent_rows().front())}).ok());
    }
    world->step(native);
  }
  return world;
}

Snapshot through_text(const Snapshot& snapshot) {
  auto read = snapshot_from_json(snapshot_to_json(snapshot));
  if (!read.ok()) FAIL(read.error().text());
  return std::move(*read);
}

std::string restore_error(const Snapshot& snapshot) {
  const auto world = World::restore(snapshot);
  return world.ok() ? "" : world.error().text();
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const std::size_t at = text.find(from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

std::string read_error(const std::string& text) {
  const auto read = snapshot_from_json(text);
  return read.ok() ? "" : read.error().text();
}

}  // namespace

TEST_CASE("a restored world goes on bit for bit, in all scenarios") {
  for (const char* scenario : {"maze", "meadow", "pasture"}) {
    for (const Tick at : {Tick{0}, Tick{1}, Tick{45}, Tick{400}}) {
      CAPTURE(scenario, at);
      const auto world = lived(scenario, 11, at);
      const Snapshot taken = world->snapshot();
      CHECK(taken.hash == world->state_hash());
      const Snapshot read = through_text(taken);
      CHECK_FALSE(first_difference(taken, read));
      CHECK(snapshot_to_json(read) == snapshot_to_json(taken));
      const auto restored = World::restore(read);
      if (!restored.ok()) FAIL(restored.error().text());
      World& again = **restored;
      CHECK(again.alive_count() == world->alive_count());
      CHECK(again.tick() == world->tick());
      NativeBehaviour first, second;
      for (int i = 0; i < 300; ++i) {
        const TickReport expected = world->step(first);
        const TickReport got = again.step(second);
        REQUIRE(got.hash == expected.hash);
        REQUIRE(got.tick == expected.tick);
        REQUIRE(got.events.size() == expected.events.size());
      }
      CHECK_FALSE(first_difference(world->snapshot(), again.snapshot()));
    }
  }
}

TEST_CASE("rows that are free are taken in the same order after a restore") {
  const auto world = lived("pasture", 11, 400);
  std::uint32_t generations = 0;
  for (const std::uint32_t generation : world->columns().generation) generations += generation;
  CHECK(generations > 5);                            // of deaths
  for (std::uint32_t row = 300; row > 100; --row) {  // more than seeds fall in a tick
    REQUIRE(world->submit(Remove{world->id_of(row)}).ok());
  }
  Idle idle;
  world->step(idle);
  const Snapshot taken = world->snapshot();
  REQUIRE(taken.free_rows.size() >= 3);
  const auto restored = World::restore(through_text(taken));
  if (!restored.ok()) FAIL(restored.error().text());
  for (World* each : {world.get(), restored->get()}) {
    REQUIRE(each->submit(Spawn{"rabbit", 5.5, 5.5, 0, 9}).ok());
  }
  NativeBehaviour native;
  for (int i = 0; i < 50; ++i) REQUIRE(world->step(native).hash == (*restored)->step(native).hash);
}

TEST_CASE("numbers of every kind read back to the same bits") {
  Snapshot odd = make_world(shipped("maze"), 1)->snapshot();
  const float tiny = std::numeric_limits<float>::denorm_min();
  const float values[] = {-0.0f, tiny, 3.4028235e38f, 0.1f, 1.17549421e-38f, 16777217.0f};
  std::size_t i = 0;
  for (float& value : odd.columns.travelled) value = values[i++ % std::size(values)];
  odd.columns.travelled[0] = -0.0f;
  CHECK_FALSE(first_difference(odd, through_text(odd)));
  cherub::base::RandomStream random(5);
  for (int round = 0; round < 2000; ++round) {
    for (float& value : odd.columns.heading) {
      const auto bits = static_cast<std::uint32_t>(random.below(0x7f800000u));
      value = std::bit_cast<float>(bits);
    }
    if (round % 100 == 0) REQUIRE_FALSE(first_difference(odd, through_text(odd)));
  }
}

TEST_CASE("a difference is named by column, entity and values") {
  const Snapshot good = lived("pasture", 3, 60)->snapshot();
  Snapshot changed = good;
  changed.columns.energy[4] += 0.25f;
  changed.columns.age[2] += 1;
  const auto difference = first_difference(good, changed);
  REQUIRE(difference);
  CHECK(difference->column == "age");  // the first in the list of columns
  REQUIRE(difference->entity);
  CHECK(difference->entity->index == 2);
  CHECK(difference->entity->generation == good.columns.generation[2]);
  CHECK(difference->first != difference->second);
  changed = good;
  changed.rain_until += 1;
  CHECK(first_difference(good, changed)->column == "rain_until");
  changed = good;
  changed.columns.alive.pop_back();
  CHECK(first_difference(good, changed)->column == "rows");
  CHECK_FALSE(first_difference(good, good));
}

TEST_CASE("column hashes tell which column changed, and have the names of all") {
  const auto world = lived("pasture", 3, 60);
  const auto before = world->column_hashes();
  CHECK(before.size() == kColumnCount + 4);
  NativeBehaviour native;
  world->step(native);
  const auto after = world->column_hashes();
  for (std::size_t i = 0; i < before.size(); ++i) {
    CHECK(before[i].name == after[i].name);
    if (before[i].name == "age" || before[i].name == "x") CHECK(before[i].hash != after[i].hash);
    if (before[i].name == "script_slots") CHECK(before[i].hash == after[i].hash);
  }
}

TEST_CASE("a state that makes no world is refused with the place") {
  const Snapshot good = lived("pasture", 3, 60)->snapshot();
  CHECK(restore_error(good).empty());
  const auto broken = [&](const std::function<void(Snapshot&)>& change) {
    Snapshot bad = good;
    change(bad);
    const std::string error = restore_error(bad);
    CHECK_FALSE(error.empty());
    return error;
  };
  const float nan = std::numeric_limits<float>::quiet_NaN();
  CHECK(broken([&](auto& s) { s.columns.x[3] = nan; }).find("columns.x[3]") == 0);
  CHECK(broken([&](auto& s) { s.columns.x[3] = 1e30f; }).find("columns.x[3]") == 0);
  CHECK(broken([&](auto& s) { s.columns.hunger[1] = 0.123f; }).find("hash") == 0);
  CHECK(broken([&](auto& s) { s.columns.species[1] = 999; }).find("columns.species[1]") == 0);
  CHECK(broken([&](auto& s) { s.columns.script[1] = 7; }).find("columns.script[1]") == 0);
  CHECK(broken([&](auto& s) { s.columns.alive[1] = 2; }).find("columns.alive[1]") == 0);
  CHECK(broken([&](auto& s) { s.columns.move_receipt[0] = 99; }).find("columns.move_") == 0);
  CHECK(broken([&](auto& s) { s.columns.generation[1] = 1u << 30; }).find("columns.gen") == 0);
  CHECK(broken([&](auto& s) { s.columns.age.pop_back(); }).find("columns.age") == 0);
  CHECK(broken([&](auto& s) { s.free_rows.push_back(0); }).find("free_rows") == 0);
  CHECK(broken([&](auto& s) { s.free_rows.push_back(1u << 31); }).find("free_rows") == 0);
  CHECK(broken([&](auto& s) { s.columns.alive[0] = 0; }).find("free_rows") == 0);
  CHECK(broken([&](auto& s) { s.terrain.width = 7; }).find("terrain") == 0);
  CHECK(broken([&](auto& s) { s.terrain.blocks[0] = 9; }).find("terrain") == 0);
  CHECK(broken([&](auto& s) { s.terrain.blocks.clear(); }).find("terrain") == 0);
  CHECK(broken([&](auto& s) { s.maze.start.x = -1; }).find("maze") == 0);
  CHECK(broken([&](auto& s) { s.rain_intensity = -1; }).find("weather") == 0);
  CHECK(broken([&](auto& s) { s.slots.clear(); }).find("slots") == 0);
  CHECK(broken([&](auto& s) { s.slots[0].sha256 = "x"; }).find("slots") == 0);
  CHECK(broken([&](auto& s) { s.tick += 1; }).find("hash") == 0);
  broken([&](auto& s) { s.scenario_yaml = "name: ["; });
}

TEST_CASE("a text that is no state is refused with the place, never a crash") {
  const std::string good = snapshot_to_json(lived("maze", 3, 60)->snapshot());
  REQUIRE(read_error(good).empty());
  const auto has = [](const std::string& error, const std::string& part) {
    CAPTURE(error, part);
    CHECK(error.find(part) != std::string::npos);
  };
  has(read_error(""), "byte 0");
  has(read_error("{}"), "lacks");
  has(read_error(good + "x"), "Nothing may follow");
  has(read_error(replaced(good, "\"x\":[", "\"x\":[nan,")), "columns.x[0]");
  has(read_error(replaced(good, "\"x\":[", "\"x\":[1e999,")), "columns.x[0]");
  has(read_error(replaced(good, "\"x\":[", "\"x\":[null,")), "columns.x[0]");
  has(read_error(replaced(good, "\"x\":[", "\"x\":[\"1\",")), "columns.x[0]");
  has(read_error(replaced(good, "\"age\":[", "\"age\":[-1,")), "columns.age[0]");
  has(read_error(replaced(good, "\"age\":[", "\"age\":[1.5,")), "columns.age[0]");
  has(read_error(replaced(good, "\"alive\":[", "\"alive\":[256,")), "columns.alive[0]");
  has(read_error(replaced(good, "\"tick\":60", "\"tick\":60e80")), "tick");
  has(read_error(replaced(good, "\"columns\"", "\"colums\"")), "colums");
  has(read_error(replaced(good, "\"heading\"", "\"x\"")), "given before");
  has(read_error(replaced(good, "\"width\":", "\"width\":9")), "terrain.map[0]");
  has(read_error(replaced(good, "\"cherub_state\":2", "\"cherub_state\":1")), "cherub_state");
  has(read_error(std::string(1'000'000, '[')), "Expected '{'");
  has(read_error("{\"slots\":" + std::string(1'000'000, '[')), "slots[0]");
  std::string many = "{\"free_rows\":[0";
  for (int i = 0; i < (1 << 22); ++i) many += ",0";
  has(read_error(many + "]}"), "Too many values");
  for (std::size_t length = 0; length < good.size(); length += 1 + length / 50) {
    REQUIRE_FALSE(snapshot_from_json(good.substr(0, length)).ok());
  }
}

TEST_CASE("bytes changed at random never crash the reader of states") {
  const std::string good = snapshot_to_json(lived("maze", 3, 60)->snapshot());
  for (std::uint64_t seed = 0; seed < 400; ++seed) {
    cherub::base::RandomStream random(seed);
    std::string broken = good;
    for (int i = 0; i < 3; ++i) {
      broken[random.below(broken.size())] = static_cast<char>(random.below(256));
    }
    const auto read = snapshot_from_json(broken);
    if (read.ok()) (void)World::restore(*read);
  }
}
