#include "engine/senses.h"

#include <array>
#include <limits>

#include "tests/engine/fixtures.h"

using namespace cherub::engine;
using namespace cherub::engine::fixtures;

namespace {

const double kNaN = std::numeric_limits<double>::quiet_NaN();
const double kInfinity = std::numeric_limits<double>::infinity();

double distance(const World& world, std::uint32_t row, double x, double y) {
  return std::hypot(x - double{world.columns().x[row]}, y - double{world.columns().y[row]});
}

}  // namespace

TEST_CASE("no sense goes beyond the sense radius, whatever radius is asked for") {
  const auto world = make_world(shipped("pasture"), 9);
  NativeBehaviour native;
  std::array<Sighting, kNeighborsMax> seen{};
  for (int tick = 0; tick < 30; ++tick) {
    Puppeteer look([&](const World& frozen, Intents&) {
      for (const std::uint32_t row : frozen.agent_rows()) {
        for (const double radius : {1.0, 10.0, 1e9, kInfinity}) {
          const double limit = std::min(radius, 10.0) + 1e-9;
          Sighting nearest{};
          cherub_sense_nearest(&frozen, row, kAnySpecies, radius, &nearest);
          if (nearest.found != 0) REQUIRE(nearest.distance <= limit);
          const int count = cherub_sense_neighbors(&frozen, row, kAnySpecies, radius, seen.data());
          REQUIRE(count <= kNeighborsMax);
          for (int i = 0; i < count; ++i) {
            REQUIRE(seen[std::size_t(i)].distance <= limit);
            REQUIRE(seen[std::size_t(i)].id != double(frozen.id_of(row).packed()));
            if (i > 0) REQUIRE(seen[std::size_t(i)].distance >= seen[std::size_t(i - 1)].distance);
          }
          if (count > 0) REQUIRE(seen[0].id == nearest.id);
          const int all = cherub_sense_count(&frozen, row, kAnySpecies, radius);
          REQUIRE(std::min(all, kNeighborsMax) == count);
        }
        REQUIRE(cherub_sense_clear(&frozen, row, 1, 1, kInfinity) <= 10.0);
      }
    });
    world->step(look);
    world->step(native);
  }
}

TEST_CASE("species, any species and food are told apart") {
  const auto world = make_world(plain_yaml());
  const std::uint32_t row = spawn(*world, "walker", 8, 8);
  spawn(*world, "stone", 8.5, 8);
  spawn(*world, "grass", 10, 8);
  spawn(*world, "walker", 8, 11);
  Puppeteer look([&](const World& frozen, Intents&) {
    Sighting seen{};
    cherub_sense_nearest(&frozen, row, kAnySpecies, 5, &seen);
    CHECK(seen.species == 2);
    CHECK(seen.distance == Approx(0.5));
    cherub_sense_nearest(&frozen, row, kFoodSpecies, 5, &seen);
    CHECK(seen.species == 1);
    CHECK(seen.x == Approx(10));
    cherub_sense_nearest(&frozen, row, 0, 5, &seen);
    CHECK(seen.y == Approx(11));
    cherub_sense_nearest(&frozen, row, 0, 2.9, &seen);
    CHECK(seen.found == 0);
    for (const int nonsense : {-3, 3, 64, 1 << 30}) {
      cherub_sense_nearest(&frozen, row, nonsense, 5, &seen);
      CHECK(seen.found == 0);
    }
    CHECK(cherub_sense_count(&frozen, row, kAnySpecies, 5) == 3);
  });
  world->step(look);
}

TEST_CASE("of equally far entities the one with the lower id comes first") {
  const auto world = make_world(plain_yaml());
  const std::uint32_t row = spawn(*world, "walker", 8, 8);
  for (const auto& [x, y] : {std::pair{9, 8}, {8, 9}, {7, 8}, {8, 7}}) spawn(*world, "grass", x, y);
  Puppeteer look([&](const World& frozen, Intents&) {
    std::array<Sighting, kNeighborsMax> seen{};
    REQUIRE(cherub_sense_neighbors(&frozen, row, 1, 5, seen.data()) == 4);
    for (std::size_t i = 1; i < 4; ++i) CHECK(seen[i - 1].id < seen[i].id);
  });
  world->step(look);
}

TEST_CASE("rows that are nobody and numbers that are none sense nothing") {
  const auto world = make_world(plain_yaml());
  const std::uint32_t row = spawn(*world, "walker", 8, 8);
  spawn(*world, "grass", 9, 8);
  Sighting seen{};
  Step step{};
  std::array<Sighting, kNeighborsMax> all{};
  for (const std::uint32_t nobody : {2u, 4'000'000'000u}) {
    cherub_sense_nearest(world.get(), nobody, kAnySpecies, 5, &seen);
    CHECK(seen.found == 0);
    CHECK(cherub_sense_neighbors(world.get(), nobody, kAnySpecies, 5, all.data()) == 0);
    CHECK(cherub_sense_count(world.get(), nobody, kAnySpecies, 5) == 0);
    CHECK(cherub_sense_tile(world.get(), nobody, 8, 8) == -1);
    CHECK(cherub_sense_clear(world.get(), nobody, 1, 0, 5) == 0);
    cherub_sense_path(world.get(), nobody, 8, 8, 0, &step);
    CHECK(step.found == 0);
  }
  cherub_sense_nearest(world.get(), row, kAnySpecies, kNaN, &seen);
  CHECK(seen.found == 0);
  CHECK(cherub_sense_count(world.get(), row, kAnySpecies, -1) == 0);
  CHECK(cherub_sense_tile(world.get(), row, kNaN, 8) == -1);
  CHECK(cherub_sense_tile(world.get(), row, kInfinity, 8) == -1);
  CHECK(cherub_sense_clear(world.get(), row, kNaN, 0, 5) == 0);
  CHECK(cherub_sense_clear(world.get(), row, 0, 0, 5) == 0);
  CHECK(cherub_sense_clear(world.get(), row, 1, 0, kNaN) == 0);
  cherub_sense_path(world.get(), row, kNaN, 8, 0, &step);
  CHECK(step.found == 0);
  cherub_sense_path(world.get(), row, kInfinity, 8, kNaN, &step);
  CHECK(step.found == 1);
}

TEST_CASE("tiles are seen up to the sense radius") {
  const auto world = make_world(plain_yaml());
  const std::uint32_t row = spawn(*world, "walker", 8, 8);
  CHECK(cherub_sense_tile(world.get(), row, 12.9, 8) == int(Block::kOpen));
  CHECK(cherub_sense_tile(world.get(), row, 13.1, 8) == -1);
  CHECK(cherub_sense_tile(world.get(), row, 8, 3.0) == int(Block::kOpen));
  const std::uint32_t edge = spawn(*world, "walker", 15, 8);
  CHECK(cherub_sense_tile(world.get(), edge, 16.5, 8) == int(Block::kWall));
}

TEST_CASE("the compass shows the target from anywhere") {
  const auto world = make_world(shipped("maze"), 3);
  const std::uint32_t row = world->agent_rows().front();
  Sighting seen{};
  cherub_sense_target(world.get(), row, &seen);
  REQUIRE(seen.found == 1);
  const Cell target = world->maze_facts().target;
  CHECK(seen.x == target.x + 0.5);
  CHECK(seen.y == target.y + 0.5);
  CHECK(seen.distance == Approx(distance(*world, row, seen.x, seen.y)));
  CHECK(seen.distance > 6);

  const auto pasture = make_world(shipped("pasture"), 3);
  cherub_sense_target(pasture.get(), pasture->agent_rows().front(), &seen);
  CHECK(seen.found == 0);
  CHECK(pasture->target() == nullptr);
}

TEST_CASE("the clear way is how far the body really gets") {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const auto world = make_world(shipped("maze"), seed);
    const std::uint32_t row = world->agent_rows().front();
    RandomWalker walker;
    for (int tick = 0; tick < 40; ++tick) {
      const double clear_east = cherub_sense_clear(world.get(), row, 5, 0, 100);
      const double clear_north = cherub_sense_clear(world.get(), row, 0, 0.1, 100);
      REQUIRE(clear_east >= 0);
      // Walking along an axis needs no corner rules: count free cells ahead of the leading side.
      const double x = world->columns().x[row], y = world->columns().y[row], r = 0.25;
      const auto free_until = [&](bool east) {
        double along = 0;
        while (along < 6) {
          const double ahead = (east ? x : y) + r + along;
          for (const double side : {-r, r}) {
            const double px = east ? ahead : x + side, py = east ? y + side : ahead;
            if (!world->terrain().passable(std::int64_t(px), std::int64_t(py))) return along;
          }
          along += 0.001;
        }
        return 6.0;
      };
      REQUIRE(clear_east == Approx(free_until(true)).margin(0.01));
      REQUIRE(clear_north == Approx(free_until(false)).margin(0.01));
      world->step(walker);
      if (world->alive_count(0) == 0) break;
    }
  }
}

TEST_CASE("along any direction the body fits everywhere on the clear way") {
  const auto world = make_world(shipped("maze"), 5);
  const std::uint32_t row = world->agent_rows().front();
  RandomWalker walker;
  for (int tick = 0; tick < 60 && world->alive_count(0) > 0; ++tick) {
    auto random = world->random(tick, cherub::base::Stream::kScript);
    const double dx = random.uniform(-1, 1), dy = random.uniform(-1, 1);
    const double clear = cherub_sense_clear(world.get(), row, dx, dy, 100);
    const double length = std::hypot(dx, dy);
    const auto fits = [&](double along) {
      const double x = world->columns().x[row] + dx / length * along;
      const double y = world->columns().y[row] + dy / length * along;
      for (const double side_x : {-0.25, 0.25}) {
        for (const double side_y : {-0.25, 0.25}) {
          const auto cell_x = std::int64_t(std::floor(x + side_x));
          const auto cell_y = std::int64_t(std::floor(y + side_y));
          if (!world->terrain().passable(cell_x, cell_y)) return false;
        }
      }
      return true;
    };
    for (double along = 0; along < clear - 1e-3; along += 0.05) REQUIRE(fits(along));
    if (clear < 6 - 1e-3) REQUIRE_FALSE(fits(clear + 1e-3));
    world->step(walker);
  }
}
