#include <limits>
#include <queue>

#include "engine/senses.h"
#include "tests/engine/fixtures.h"

using namespace cherub::engine;
using namespace cherub::engine::fixtures;

namespace {

// Walks to wherever the path sense says, toward a goal.
class PathFollower final : public Behaviour {
 public:
  PathFollower(double x, double y, double hazard_cost) : x_(x), y_(y), hazard_cost_(hazard_cost) {}
  void decide(const World& world, Intents& intents, std::vector<Event>&) override {
    for (const std::uint32_t row : world.agent_rows()) {
      Step step{};
      cherub_sense_path(&world, row, x_, y_, hazard_cost_, &step);
      if (step.found == 0) continue;
      move(intents, row, MoveKind::kTo, static_cast<float>(step.x), static_cast<float>(step.y));
    }
  }

 private:
  double x_, y_, hazard_cost_;
};

Scenario wide_sense_maze() {
  Scenario maze = shipped("maze");
  maze.species[0].sense_radius = 15;
  maze.terrain.width = maze.terrain.depth = 15;
  return maze;
}

}  // namespace

TEST_CASE("in full view the path is a shortest one and leads to the goal without a bump") {
  const Scenario maze = wide_sense_maze();
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    const auto world = make_world(maze, seed);
    const std::uint32_t row = world->agent_rows().front();
    const Cell target = world->maze_facts().target;
    Step step{};
    cherub_sense_path(world.get(), row, target.x + 0.5, target.y + 0.5, 0, &step);
    REQUIRE(step.found == 1);
    REQUIRE(step.length == world->maze_facts().shortest_risky_m);

    // A hazard costs more than any detour: the way is as long as the shortest without one.
    cherub_sense_path(world.get(), row, target.x + 0.5, target.y + 0.5, 100, &step);
    REQUIRE(step.length == world->maze_facts().shortest_path_m);

    PathFollower follower(target.x + 0.5, target.y + 0.5, 100);
    const std::vector<double> values = run_episode(*world, follower);
    REQUIRE(value_of(maze, values, "reached") == 1);
    REQUIRE(value_of(maze, values, "collisions") == 0);
    REQUIRE(value_of(maze, values, "damage") == 0);
  }
}

TEST_CASE("a path never leads out of the sense window or into a wall") {
  const Scenario maze = shipped("maze");
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    const auto world = make_world(maze, seed);
    const std::uint32_t row = world->agent_rows().front();
    RandomWalker walker;
    for (int tick = 0; tick < 60 && world->alive_count(0) > 0; ++tick) {
      auto random = world->random(0, cherub::base::Stream::kScript);
      const double goal_x = random.uniform(-30, 50), goal_y = random.uniform(-30, 50);
      Step step{};
      cherub_sense_path(world.get(), row, goal_x, goal_y, random.uniform(0, 100), &step);
      REQUIRE(step.found == 1);
      const double x = world->columns().x[row], y = world->columns().y[row];
      REQUIRE(world->terrain().passable(std::int64_t(step.x), std::int64_t(step.y)));
      REQUIRE(std::abs(step.x - x) <= 1.5);
      REQUIRE(std::abs(step.y - y) <= 1.5);
      REQUIRE(step.length >= 0);
      REQUIRE(step.length < 13 * 13);
      world->step(walker);
    }
  }
}

TEST_CASE("what lies outside the window does not change the path") {
  // A sense radius of two metres sees five cells a side; with the goal east, the way is straight.
  const auto world = make_world(
      plain_yaml("    sense_radius: 2\n")
          .replace(plain_yaml("    sense_radius: 2\n").find("    sense_radius: 5\n"), 20, ""));
  const std::uint32_t row = spawn(*world, "walker", 8.5, 8.5);
  Step step{};
  cherub_sense_path(world.get(), row, 15.5, 8.5, 0, &step);
  CHECK(step.found == 1);
  CHECK(step.length == 2);
  CHECK(step.x == 9.5);
  CHECK(step.y == 8.5);
}

TEST_CASE("ties go east, north, west, south") {
  const auto world = make_world(plain_yaml());
  const std::uint32_t row = spawn(*world, "walker", 8.5, 8.5);
  const auto first = [&](double x, double y) {
    Step step{};
    cherub_sense_path(world.get(), row, x, y, 0, &step);
    return std::pair(step.x - 8.5, step.y - 8.5);
  };
  CHECK(first(11.5, 11.5) == std::pair(1.0, 0.0));
  CHECK(first(5.5, 11.5) == std::pair(0.0, 1.0));
  CHECK(first(5.5, 5.5) == std::pair(-1.0, 0.0));
  CHECK(first(11.5, 5.5) == std::pair(1.0, 0.0));
  CHECK(first(8.5, 5.5) == std::pair(0.0, -1.0));
}

TEST_CASE("at the goal's cell the path has length 0") {
  const auto world = make_world(plain_yaml());
  const std::uint32_t row = spawn(*world, "walker", 8.2, 8.9);
  Step step{};
  cherub_sense_path(world.get(), row, 8.7, 8.1, 0, &step);
  CHECK(step.found == 1);
  CHECK(step.length == 0);
  CHECK(step.x == 8.5);
  CHECK(step.y == 8.5);
}

TEST_CASE("the widest view and a goal beyond it stay within the bound of cells") {
  const std::string yaml =
      "name: wide\n"
      "terrain: {width: 200, depth: 200}\n"
      "species: [{name: walker, speed: 2, sense_radius: 64}]\n"
      "metrics: [{name: survival}]\n"
      "success: {metric: survival}\n"
      "agent_species: walker\n";
  const auto world = make_world(yaml);
  const std::uint32_t row = spawn(*world, "walker", 100.5, 100.5);
  Step step{};
  cherub_sense_path(world.get(), row, 1e300, -1e300, 0, &step);
  CHECK(step.found == 1);
  CHECK(step.length > 10);
  CHECK(step.length < kPathCellsMax);
}
