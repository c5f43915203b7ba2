#include <limits>

#include "tests/engine/fixtures.h"

using namespace cherub::engine;
using namespace cherub::engine::fixtures;

namespace {

Receipt move_receipt(const World& world, std::uint32_t row) {
  return static_cast<Receipt>(world.columns().move_receipt[row]);
}

// A maze crowded with walkers of a given body and speed.
std::string crowded_maze(double radius, double speed) {
  return "name: crowd\n"
         "terrain: {generator: maze, width: 15, depth: 15, openness: 0.3, hazard_density: 0.1}\n"
         "species: [{name: walker, speed: " +
         std::to_string(speed) + ", radius: " + std::to_string(radius) +
         "}]\n"
         "spawns: [{species: walker, count: 40}]\n"
         "metrics: [{name: collisions}]\n"
         "success: {metric: collisions}\n"
         "agent_species: walker\n";
}

}  // namespace

TEST_CASE("no body is ever inside a wall, whatever its size, speed and intents") {
  for (const double radius : {0.05, 0.25, 0.45}) {
    for (const double speed : {0.5, 4.0, 50.0}) {
      const auto world = make_world(crowded_maze(radius, speed), std::uint64_t(speed * 10));
      Puppeteer chaos([](const World& seen, Intents& intents) {
        for (const std::uint32_t row : seen.agent_rows()) {
          auto random = seen.random(row, cherub::base::Stream::kScript);
          const auto kind = static_cast<MoveKind>(1 + random.below(3));
          const double reach = kind == MoveKind::kBy ? 6 : 16;
          const double low = kind == MoveKind::kBy ? -6 : -1;
          move(intents, row, kind, static_cast<float>(random.uniform(low, reach)),
               static_cast<float>(random.uniform(low, reach)));
        }
      });
      for (const std::uint32_t row : world->agent_rows()) REQUIRE(is_clear_of_walls(*world, row));
      for (int tick = 0; tick < 150; ++tick) {
        world->step(chaos);
        for (const std::uint32_t row : world->agent_rows()) {
          REQUIRE(is_clear_of_walls(*world, row));
        }
      }
    }
  }
}

TEST_CASE("a movement goes no farther than speed allows and is counted") {
  const auto world = make_world(plain_yaml());
  const std::uint32_t row = spawn(*world, "walker", 8, 8);
  Puppeteer east([&](const World&, Intents& intents) { move(intents, row, MoveKind::kBy, 5, 0); });
  world->step(east);
  CHECK(move_receipt(*world, row) == Receipt::kAccepted);
  CHECK(world->columns().x[row] == Approx(8.2));
  CHECK(world->columns().y[row] == 8.0f);
  CHECK(world->columns().heading[row] == 0.0f);
  CHECK(world->columns().travelled[row] == Approx(0.2));
}

TEST_CASE("going to a point stops exactly there") {
  const auto world = make_world(plain_yaml());
  const std::uint32_t row = spawn(*world, "walker", 8, 8);
  Puppeteer go(
      [&](const World&, Intents& intents) { move(intents, row, MoveKind::kTo, 7.3f, 8.4f); });
  for (int tick = 0; tick < 6; ++tick) world->step(go);
  CHECK(world->columns().x[row] == 7.3f);
  CHECK(world->columns().y[row] == 8.4f);
  CHECK(world->columns().travelled[row] == Approx(std::hypot(0.7, 0.4)));
  CHECK(move_receipt(*world, row) == Receipt::kAccepted);
}

TEST_CASE("the map's edge stops a body one radius short, with receipt, count and event") {
  const auto world = make_world(plain_yaml("    radius: 0.4\n"));
  const std::uint32_t row = spawn(*world, "walker", 15.3, 8);
  Puppeteer east([&](const World&, Intents& intents) { move(intents, row, MoveKind::kBy, 1, 0); });
  TickReport report;
  for (int tick = 0; tick < 3; ++tick) report = world->step(east);
  CHECK(world->columns().x[row] == Approx(15.6).margin(0.002));
  CHECK(world->columns().x[row] <= 15.6f);
  CHECK(move_receipt(*world, row) == Receipt::kBlocked);
  CHECK(world->columns().collisions[row] >= 1);
  REQUIRE(report.events.size() == 1);
  CHECK(report.events[0].kind == EventKind::kCollision);
  CHECK(report.events[0].value == Approx(0.2).margin(0.01));
}

TEST_CASE("a blocked body slides along the wall") {
  const auto world = make_world(plain_yaml());
  const std::uint32_t row = spawn(*world, "walker", 15.69, 8);
  Puppeteer askew([&](const World&, Intents& intents) { move(intents, row, MoveKind::kBy, 1, 1); });
  world->step(askew);
  CHECK(world->columns().y[row] == Approx(8 + 0.2 / std::sqrt(2.0)));
  CHECK(move_receipt(*world, row) == Receipt::kBlocked);
}

TEST_CASE("numbers that are not finite move nobody") {
  const auto world = make_world(plain_yaml());
  const std::uint32_t row = spawn(*world, "walker", 8, 8);
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const float infinity = std::numeric_limits<float>::infinity();
  for (const MoveKind kind : {MoveKind::kBy, MoveKind::kTo}) {
    for (const float bad : {nan, infinity, -infinity}) {
      for (int axis = 0; axis < 3; ++axis) {
        Puppeteer broken([&](const World&, Intents& intents) {
          move(intents, row, kind, axis == 0 ? bad : 1, axis == 1 ? bad : 1, axis == 2 ? bad : 0);
        });
        world->step(broken);
        CHECK(move_receipt(*world, row) == Receipt::kNotFinite);
        CHECK(world->columns().x[row] == 8.0f);
        CHECK(world->columns().y[row] == 8.0f);
      }
    }
  }
}

TEST_CASE("huge finite numbers are cut to a step like any other") {
  const auto world = make_world(plain_yaml());
  const std::uint32_t row = spawn(*world, "walker", 8, 8);
  const float most = std::numeric_limits<float>::max();
  Puppeteer far(
      [&](const World&, Intents& intents) { move(intents, row, MoveKind::kTo, -most, most); });
  world->step(far);
  CHECK(world->columns().travelled[row] == Approx(0.2));
}

TEST_CASE("an agent without energy crawls at a fifth of its speed") {
  const auto world = make_world(plain_yaml("    energy_rate: 5\n"));
  const std::uint32_t row = spawn(*world, "walker", 2, 2);
  Puppeteer east([&](const World&, Intents& intents) { move(intents, row, MoveKind::kBy, 1, 0); });
  world->step(east);
  world->step(east);
  REQUIRE(world->columns().energy[row] == 0.0f);
  const float before = world->columns().x[row];
  world->step(east);
  CHECK(move_receipt(*world, row) == Receipt::kExhausted);
  CHECK(world->columns().x[row] - before == Approx(0.04).margin(1e-5));
  Puppeteer little(
      [&](const World&, Intents& intents) { move(intents, row, MoveKind::kBy, 0.03f, 0); });
  world->step(little);
  CHECK(move_receipt(*world, row) == Receipt::kAccepted);
}

TEST_CASE("a wanderer keeps its direction for a while and turns after a bump") {
  const auto world = make_world(plain_yaml());
  const std::uint32_t row = spawn(*world, "walker", 8, 8);
  RandomWalker walker;
  int turns = 0;
  float heading = 10;
  for (int tick = 0; tick < 150; ++tick) {
    world->step(walker);
    turns += world->columns().heading[row] != heading ? 1 : 0;
    heading = world->columns().heading[row];
  }
  CHECK(turns > 5);
  CHECK(turns < 80);
  CHECK(world->columns().travelled[row] > 15);
}
