#include "engine/grid.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <vector>

#include "engine/base/random.h"
#include "engine/base/thread_pool.h"

using namespace cherub::engine;
using cherub::base::RandomStream;

namespace {

constexpr std::uint32_t kSpecies = 3;

cherub::base::SerialPool serial;

struct Case {
  Columns columns;
  double side = 0;
};

// Some rows are free, and some entities stand on the same spot, so that ties occur.
Case random_case(RandomStream& random, double side, std::size_t rows) {
  Case made;
  made.side = side;
  Columns& columns = made.columns;
  for (std::size_t row = 0; row < rows; ++row) {
    const bool snaps = random.uniform() < 0.5;
    const auto coordinate = [&] {
      const double value = random.uniform(0, made.side);
      return static_cast<float>(snaps ? double(int(value)) : value);
    };
    columns.x.push_back(coordinate());
    columns.y.push_back(coordinate());
    columns.z.push_back(0);
    columns.alive.push_back(random.uniform() < 0.9 ? 1 : 0);
    columns.species.push_back(static_cast<SpeciesIndex>(random.below(kSpecies)));
    columns.generation.push_back(static_cast<std::uint32_t>(random.below(4)));
  }
  return made;
}

std::vector<GridHit> brute_force(const Columns& columns, const GridQuery& query) {
  std::vector<GridHit> hits;
  for (std::uint32_t row = 0; row < columns.size(); ++row) {
    const bool wanted = columns.alive[row] != 0 && row != query.exclude_row &&
                        (query.species >> columns.species[row] & 1) != 0;
    const double dx = double{columns.x[row]} - double{query.x};
    const double dy = double{columns.y[row]} - double{query.y};
    const double squared = dx * dx + dy * dy;
    if (!wanted || !(query.radius >= 0) || squared > query.radius * query.radius) continue;
    hits.push_back({squared,
                    EntityId{row, columns.generation[row]}.packed(),
                    {columns.x[row], columns.y[row], 0, row},
                    columns.species[row]});
  }
  std::sort(hits.begin(), hits.end(), [](const GridHit& a, const GridHit& b) {
    return std::pair(a.distance_squared, a.id) < std::pair(b.distance_squared, b.id);
  });
  return hits;
}

GridQuery random_query(const Case& world, RandomStream& random) {
  GridQuery query;
  query.x = static_cast<float>(random.uniform(0, world.side));
  query.y = static_cast<float>(random.uniform(0, world.side));
  query.radius = random.uniform(0, world.side);
  query.species = random.uniform() < 0.5 ? ~SpeciesMask{0} : random.below(8);
  const std::size_t rows = world.columns.size();
  if (rows == 0 || random.uniform() < 0.3) return query;
  query.exclude_row = static_cast<std::uint32_t>(random.below(rows));
  query.x = world.columns.x[query.exclude_row];
  query.y = world.columns.y[query.exclude_row];
  return query;
}

}  // namespace

TEST_CASE("grid queries give what looking at everybody gives, in the same order") {
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    RandomStream random(seed);
    const double side = random.uniform(1, 40);
    const Case world = random_case(random, side, random.below(300));
    Grid grid;
    grid.configure({world.side, world.side, random.uniform(0.3, 9), kSpecies});
    grid.rebuild(world.columns, serial);
    for (int i = 0; i < 20; ++i) {
      const GridQuery query = random_query(world, random);
      const std::vector<GridHit> expected = brute_force(world.columns, query);
      REQUIRE(grid.count(query) == expected.size());

      GridHit nearest;
      REQUIRE(grid.nearest(query, nearest) == !expected.empty());
      if (!expected.empty()) REQUIRE(nearest.id == expected.front().id);

      std::vector<GridHit> hits(1 + random.below(40));
      const std::size_t found = grid.neighbors(query, hits);
      REQUIRE(found == std::min(hits.size(), expected.size()));
      for (std::size_t at = 0; at < found; ++at) REQUIRE(hits[at].id == expected[at].id);
    }
  }
}

TEST_CASE("a large grid is sorted in parts, on any number of threads, and answers the same") {
  RandomStream random(5);
  const Case world = random_case(random, 300, 50'000);
  Grid grid;
  grid.configure({world.side, world.side, 2.5, kSpecies});
  for (const unsigned threads : {1u, 2u, 5u}) {
    cherub::base::ThreadPool pool(threads);
    grid.rebuild(world.columns, pool);
    for (int i = 0; i < 20; ++i) {
      GridQuery query = random_query(world, random);
      query.radius = random.uniform(0, 12);
      const std::vector<GridHit> expected = brute_force(world.columns, query);
      REQUIRE(grid.count(query) == expected.size());
      std::vector<GridHit> hits(1000);
      const std::size_t found = grid.neighbors(query, hits);
      REQUIRE(found == std::min(hits.size(), expected.size()));
      for (std::size_t at = 0; at < found; ++at) REQUIRE(hits[at].id == expected[at].id);
    }
  }
}

TEST_CASE("a grid that was rebuilt forgets who left") {
  Columns columns;
  columns.x = columns.y = {1, 2};
  columns.z = {0, 0};
  columns.alive = {1, 1};
  columns.species = {0, 0};
  columns.generation = {0, 0};
  Grid grid;
  grid.configure({4, 4, 1, 1});
  grid.rebuild(columns, serial);
  GridQuery query;
  query.radius = 10;
  CHECK(grid.count(query) == 2);
  columns.alive[0] = 0;
  grid.rebuild(columns, serial);
  GridHit hit;
  REQUIRE(grid.nearest(query, hit));
  CHECK(hit.entry.row == 1);
}

TEST_CASE("a radius that is negative or not a number sees nothing") {
  Columns columns;
  columns.x = columns.y = columns.z = {0};
  columns.alive = {1};
  columns.species = {0};
  columns.generation = {0};
  Grid grid;
  grid.configure({4, 4, 1, 1});
  grid.rebuild(columns, serial);
  GridHit hit;
  for (const double radius : {-1.0, -0.0001, std::nan("")}) {
    GridQuery query;
    query.radius = radius;
    CHECK(grid.count(query) == 0);
    CHECK_FALSE(grid.nearest(query, hit));
  }
}
