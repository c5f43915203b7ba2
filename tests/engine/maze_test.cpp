#include "engine/maze.h"

#include <algorithm>

#include "tests/engine/fixtures.h"

using namespace cherub::engine;
using namespace cherub::engine::fixtures;

namespace {

std::size_t index(const Terrain& terrain, Cell cell) {
  return std::size_t(cell.x) + std::size_t{terrain.width} * std::size_t(cell.y);
}

TerrainSpec spec(std::uint32_t side, double openness, double hazards) {
  TerrainSpec made;
  made.generator = "maze";
  made.width = made.depth = side;
  made.openness = openness;
  made.hazard_density = hazards;
  return made;
}

}  // namespace

TEST_CASE("every maze has a way to its target, and one without any hazard") {
  const Scenario maze = shipped("maze");
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    const auto [terrain, facts] = generate_terrain(maze.terrain, seed);
    REQUIRE(facts.has_target);
    REQUIRE(terrain.at(facts.start.x, facts.start.y) == Block::kOpen);
    REQUIRE(terrain.at(facts.target.x, facts.target.y) == Block::kOpen);
    const auto safe = steps_to(terrain, facts.target, HazardPolicy::kAvoid);
    const auto risky = steps_to(terrain, facts.target, HazardPolicy::kWalkThrough);
    REQUIRE(safe[index(terrain, facts.start)] == facts.shortest_path_m);
    REQUIRE(risky[index(terrain, facts.start)] == facts.shortest_risky_m);
    REQUIRE(facts.shortest_risky_m >= 10);
    REQUIRE(facts.shortest_path_m >= facts.shortest_risky_m);
    REQUIRE(facts.shortest_path_m <= 1.5 * facts.shortest_risky_m);
    // No passable cell is walled in.
    for (std::size_t cell = 0; cell < terrain.blocks.size(); ++cell) {
      const auto block = static_cast<Block>(terrain.blocks[cell]);
      REQUIRE((block == Block::kWall) == (risky[cell] == kUnreachable));
    }
  }
}

TEST_CASE("odd sizes, openness and hazards at their limits still leave a safe way") {
  for (const std::uint32_t side : {5u, 7u, 31u}) {
    for (const double openness : {0.0, 1.0}) {
      for (const double hazards : {0.0, 0.5, 1.0}) {
        for (std::uint64_t seed = 0; seed < 5; ++seed) {
          const auto made = generate_terrain(spec(side, openness, hazards), seed);
          REQUIRE(made.facts.shortest_path_m > 0);
        }
      }
    }
  }
}

TEST_CASE("a closed maze is perfect: one way between any two cells") {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const auto [terrain, facts] = generate_terrain(spec(21, 0, 0), seed);
    const auto open = std::count(terrain.blocks.begin(), terrain.blocks.end(),
                                 static_cast<std::uint8_t>(Block::kOpen));
    // A tree over 10 x 10 rooms has 99 doors.
    REQUIRE(open == 100 + 99);
    REQUIRE(facts.shortest_path_m == facts.shortest_risky_m);
  }
}

TEST_CASE("hazards are as dense as asked for and lie on most shortest ways") {
  int tempted = 0;
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    const auto [terrain, facts] = generate_terrain(spec(21, 0.25, 0.1), seed);
    const auto of = [blocks = &terrain.blocks](Block block) {
      return std::count(blocks->begin(), blocks->end(), static_cast<std::uint8_t>(block));
    };
    const auto passable = of(Block::kOpen) + of(Block::kHazard);
    CHECK(double(of(Block::kHazard)) == Approx(0.1 * double(passable)).margin(1));
    tempted += facts.shortest_path_m > facts.shortest_risky_m ? 1 : 0;
  }
  CHECK(tempted >= 35);
}

TEST_CASE("the same seed gives the same maze, another another") {
  const auto a = generate_terrain(spec(21, 0.2, 0.1), 5);
  const auto b = generate_terrain(spec(21, 0.2, 0.1), 5);
  const auto c = generate_terrain(spec(21, 0.2, 0.1), 6);
  CHECK(a.terrain.blocks == b.terrain.blocks);
  CHECK(a.terrain.blocks != c.terrain.blocks);
}

TEST_CASE("layers of a higher world are alike") {
  TerrainSpec tall = spec(7, 0.2, 0.1);
  tall.height = 3;
  const auto [terrain, facts] = generate_terrain(tall, 5);
  REQUIRE(terrain.blocks.size() == 7 * 7 * 3);
  for (int y = 0; y < 7; ++y) {
    for (int x = 0; x < 7; ++x) REQUIRE(terrain.at(x, y, 0) == terrain.at(x, y, 2));
  }
  CHECK(terrain.at(1, 1, 3) == Block::kWall);
}

TEST_CASE("who knows the way reaches the target; who walks at random does not") {
  const Scenario maze = shipped("maze");
  double known = 0, random = 0, damage = 0, risky_damage = 0, seconds = 0;
  constexpr int kSeeds = 30;
  for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
    const auto careful_world = make_world(maze, seed);
    WayFollower careful(*careful_world, HazardPolicy::kAvoid);
    const std::vector<double> good = run_episode(*careful_world, careful);
    known += value_of(maze, good, "reached");
    damage += value_of(maze, good, "damage");
    seconds += value_of(maze, good, "time_to_goal");

    const auto risky_world = make_world(maze, seed);
    WayFollower risky(*risky_world, HazardPolicy::kWalkThrough);
    risky_damage += value_of(maze, run_episode(*risky_world, risky), "damage");

    const auto random_world = make_world(maze, seed);
    RandomWalker walker;
    random += value_of(maze, run_episode(*random_world, walker), "reached");
  }
  CAPTURE(known, random, damage, risky_damage, seconds / kSeeds);
  CHECK(known >= 28);
  CHECK(random <= 1);
  CHECK(damage == 0);
  CHECK(risky_damage > 0.5 * kSeeds);
  CHECK(seconds / kSeeds < 0.6 * maze.episode_s);
}
