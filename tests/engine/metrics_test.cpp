#include "engine/metrics.h"

#include <set>

#include "tests/engine/ecosystem_fixtures.h"

using namespace cherub::engine;
using namespace cherub::engine::fixtures;

namespace {

double objective(const Scenario& scenario, const std::vector<double>& values) {
  double sum = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const MetricSpec& metric = scenario.metrics[i];
    const double share = metric.weight * values[i] / metric.scale;
    sum += metric.better == Better::kHigher ? share : -share;
  }
  return sum;
}

}  // namespace

TEST_CASE("a maze's metrics tell how its walker fared") {
  const Scenario maze = shipped("maze");
  const auto world = make_world(maze, 1);
  WayFollower follower(*world, HazardPolicy::kAvoid);
  const std::vector<double> values = run_episode(*world, follower);
  REQUIRE(values.size() == maze.metrics.size());
  const double way = world->maze_facts().shortest_path_m;
  CHECK(value_of(maze, values, "reached") == 1);
  CHECK(value_of(maze, values, "progress") == 1);
  // It stops within reach of the target and cuts corners a little.
  CHECK(value_of(maze, values, "path_length") < way);
  CHECK(value_of(maze, values, "path_length") > 0.9 * way);
  CHECK(value_of(maze, values, "time_to_goal") > 0.9 * way / 2);
  CHECK(value_of(maze, values, "time_to_goal") == Approx(double(world->tick()) * 0.1));
  CHECK(value_of(maze, values, "collisions") == 0);
  CHECK(value_of(maze, values, "coverage") > 0.05);
  CHECK(value_of(maze, values, "coverage") < 0.9);
  CHECK(world->columns().reached[world->agent_rows().front()] == 1);
}

TEST_CASE("who never moves has no progress, needs all the time and sees one cell") {
  const Scenario maze = shipped("maze");
  const auto world = make_world(maze, 1);
  Idle idle;
  const std::vector<double> values = run_episode(*world, idle);
  CHECK(value_of(maze, values, "reached") == 0);
  CHECK(value_of(maze, values, "progress") == 0);
  CHECK(value_of(maze, values, "time_to_goal") == maze.episode_s);
  CHECK(value_of(maze, values, "path_length") == 0);
  CHECK(value_of(maze, values, "coverage") < 0.01);
}

TEST_CASE("an episode is finished when all have reached the target or died") {
  const auto world = make_world(shipped("maze"), 1);
  EpisodeMetrics metrics(*world);
  CHECK_FALSE(metrics.finished());
  REQUIRE(world->submit(Remove{world->id_of(world->agent_rows().front())}).ok());
  Idle idle;
  metrics.observe(*world, world->step(idle));
  CHECK(metrics.finished());
}

TEST_CASE("the arrival is told once") {
  const auto world = make_world(shipped("maze"), 1);
  WayFollower follower(*world, HazardPolicy::kAvoid);
  int arrivals = 0;
  for (int tick = 0; tick < 600; ++tick) {
    for (const Event& event : world->step(follower).events) {
      if (event.kind != EventKind::kReach) continue;
      ++arrivals;
      CHECK(double(event.other.packed()) == world->target()->id);
    }
  }
  CHECK(arrivals == 1);
}

TEST_CASE("a pasture's metrics count births, meals and deaths") {
  const Scenario pasture = shipped("pasture");
  const auto world = make_world(pasture, 1);
  NativeBehaviour native;
  const std::vector<double> fed = run_episode(*world, native);
  CHECK(value_of(pasture, fed, "survival") > 0.9);
  CHECK(value_of(pasture, fed, "offspring") > 20);
  CHECK(value_of(pasture, fed, "population") == world->alive_count(0));
  CHECK(value_of(pasture, fed, "food") > 2);
  CHECK(value_of(pasture, fed, "starved") == 0);
  CHECK(value_of(pasture, fed, "hunger_mean") < 0.4);

  const auto bare = make_world(pasture, 1);
  RandomWalker walker;
  const std::vector<double> starved = run_episode(*bare, walker);
  CHECK(value_of(pasture, starved, "survival") == 0);
  CHECK(value_of(pasture, starved, "starved") == 24);
  CHECK(value_of(pasture, starved, "food") == 0);
  CHECK(value_of(pasture, starved, "hunger_mean") > 0.6);
  CHECK(objective(pasture, fed) > objective(pasture, starved) + 5);
}

TEST_CASE("an ecosystem's metrics tell of thirst, flowers visited and plants that are left") {
  const Scenario garden = *parse_scenario(garden_yaml(
      "  rates: {thirst: 3}\n",
      "metrics: [{name: thirst_mean}, {name: pollinated}, {name: vegetation}, {name: survival}]\n"
      "spawns: [{species: moth, count: 1}, {species: grass, count: 8}]\n"
      "episode_s: 60\n",
      "moth"));
  const auto world = make_world(garden, 3);
  const std::uint32_t flower = spawn(*world, "flower", 12.5, 12.5);
  idle(*world, 400);
  EpisodeMetrics metrics(*world);
  const std::uint32_t moth = spawn(*world, "moth", 12.6, 12.5);  // one more of its species
  CHECK(value_of(garden, metrics.values(), "vegetation") == 1);
  Puppeteer visitor([&](const World& seen, Intents& intents) {
    use(intents, moth, AbilityKind::kPollinate, seen.id_of(flower));
  });
  metrics.observe(*world, world->step(visitor));
  CHECK(value_of(garden, metrics.values(), "pollinated") == 1);
  metrics.observe(*world, world->step(visitor));  // it must pause
  CHECK(value_of(garden, metrics.values(), "pollinated") == 1);
  const double thirst = value_of(garden, metrics.values(), "thirst_mean");
  const std::uint32_t plants = world->alive_count(5) + world->alive_count(6);
  REQUIRE(world->submit(Remove{world->id_of(flower)}).ok());
  Idle nobody;
  for (int tick = 0; tick < 100; ++tick) metrics.observe(*world, world->step(nobody));
  CHECK(value_of(garden, metrics.values(), "thirst_mean") > thirst);
  CHECK(value_of(garden, metrics.values(), "vegetation") ==
        Approx(double(world->alive_count(5) + world->alive_count(6)) / plants));
  const double before_death = value_of(garden, metrics.values(), "thirst_mean");
  for (int tick = 0; tick < 3000; ++tick) metrics.observe(*world, world->step(nobody));
  REQUIRE(value_of(garden, metrics.values(), "survival") == 0);
  CHECK(value_of(garden, metrics.values(), "thirst_mean") > before_death);
}

TEST_CASE("the maze's own objective puts arriving safely over all else") {
  const Scenario maze = shipped("maze");
  for (std::uint64_t seed = 0; seed < 5; ++seed) {
    const auto careful_world = make_world(maze, seed);
    WayFollower careful(*careful_world, HazardPolicy::kAvoid);
    const double good = objective(maze, run_episode(*careful_world, careful));
    const auto idle_world = make_world(maze, seed);
    Idle idle;
    const double nothing = objective(maze, run_episode(*idle_world, idle));
    const auto random_world = make_world(maze, seed);
    RandomWalker walker;
    const double random = objective(maze, run_episode(*random_world, walker));
    CHECK(good > nothing + 5);
    CHECK(good > random + 5);
  }
}

TEST_CASE("metrics that ship are described, and no word means two of them") {
  for (const std::string& name : builtin_scenario_names()) {
    const Scenario scenario = shipped(name);
    std::set<std::string> words;
    CHECK_FALSE(scenario.goals.empty());
    for (const MetricSpec& metric : scenario.metrics) {
      CAPTURE(name, metric.name);
      CHECK_FALSE(metric.description.empty());
      CHECK_FALSE(metric.unit.empty());
      CHECK_FALSE(metric.words.empty());
      for (const std::string& word : metric.words) {
        CAPTURE(word);
        CHECK(words.insert(word).second);
      }
    }
  }
}
