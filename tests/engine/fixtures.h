#pragma once

#include <catch2/catch.hpp>
#include <cmath>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "engine/metrics.h"
#include "engine/world.h"

// What several tests of the engine share: small worlds and behaviours that do as they are told.
namespace cherub::engine::fixtures {

// A flat world of walkers that eat grass, with nobody in it. Lines that are given replace the
// defaults of the species `walker`.
inline std::string plain_yaml(const std::string& walker = "", const std::string& world = "") {
  return "name: plain\n"
         "terrain: {generator: flat, width: 16, depth: 16}\n"
         "species:\n"
         "  - name: walker\n"
         "    speed: 2\n"
         "    sense_radius: 5\n"
         "    diet: [grass]\n" +
         walker +
         "  - {name: grass, kind: plant, food_value: 0.4}\n"
         "  - {name: stone, kind: plant}\n"
         "metrics: [{name: survival}]\n"
         "success: {metric: survival}\n"
         "agent_species: walker\n" +
         world;
}

inline std::unique_ptr<World> make_world(const Scenario& scenario, std::uint64_t seed = 1) {
  base::Result<std::unique_ptr<World>> world = World::create(scenario, seed);
  if (!world.ok()) FAIL(world.error().text());
  return std::move(world).value();
}

inline std::unique_ptr<World> make_world(const std::string& yaml, std::uint64_t seed = 1) {
  const base::Result<Scenario> scenario = parse_scenario(yaml);
  if (!scenario.ok()) FAIL(scenario.error().text());
  return make_world(scenario.value(), seed);
}

inline Scenario shipped(const std::string& name) {
  base::Result<Scenario> scenario = builtin_scenario(name);
  if (!scenario.ok()) FAIL(scenario.error().text());
  return scenario.value();
}

// Fills intents by a function.
class Puppeteer final : public Behaviour {
 public:
  using Decide = std::function<void(const World&, Intents&)>;
  explicit Puppeteer(Decide decide_all) : decide_(std::move(decide_all)) {}
  void decide(const World& world, Intents& intents, std::vector<Event>&) override {
    decide_(world, intents);
  }

 private:
  Decide decide_;
};

class Idle final : public Behaviour {
 public:
  void decide(const World&, Intents&, std::vector<Event>&) override {}
};

inline void move(Intents& intents, std::uint32_t row, MoveKind kind, float x, float y,
                 float z = 0) {
  intents.move[row] = static_cast<std::uint8_t>(kind);
  intents.move_x[row] = x;
  intents.move_y[row] = y;
  intents.move_z[row] = z;
}

inline void use(Intents& intents, std::uint32_t row, AbilityKind kind, EntityId target = {}) {
  intents.ability[row] = static_cast<std::uint8_t>(kind);
  intents.ability_target[row] = target.packed();
}

// Spawns one entity and returns its row. Costs one tick in which nobody acts.
inline std::uint32_t spawn(World& world, const std::string& species, double x, double y) {
  const base::Result<StampedCommand> stamped = world.submit(Spawn{species, x, y, 0, 1});
  if (!stamped.ok()) FAIL(stamped.error().text());
  Idle idle;
  for (const Event& event : world.step(idle).events) {
    if (event.kind == EventKind::kSpawn) return event.entity.index;
  }
  FAIL("nobody came");
  return 0;
}

// Knows the whole maze and follows a shortest way, turning at the middle of cells.
class WayFollower final : public Behaviour {
 public:
  WayFollower(const World& world, HazardPolicy policy)
      : steps_(steps_to(world.terrain(), world.maze_facts().target, policy)) {}

  void decide(const World& world, Intents& intents, std::vector<Event>&) override {
    const Columns& columns = world.columns();
    const int width = static_cast<int>(world.terrain().width);
    for (const std::uint32_t row : world.agent_rows()) {
      const int cell_x = static_cast<int>(columns.x[row]);
      const int cell_y = static_cast<int>(columns.y[row]);
      const float own_x = static_cast<float>(cell_x) + 0.5f;
      const float own_y = static_cast<float>(cell_y) + 0.5f;
      float x = own_x, y = own_y;
      const int here = cell_x + width * cell_y;
      for (const auto& [dx, dy] : {std::pair{1, 0}, {0, 1}, {-1, 0}, {0, -1}}) {
        const std::int32_t next = steps_[std::size_t(here + dx + width * dy)];
        if (next == kUnreachable || next >= steps_[std::size_t(here)]) continue;
        const float aside = std::abs(dx != 0 ? columns.y[row] - own_y : columns.x[row] - own_x);
        if (aside < 0.2f) {
          x = own_x + static_cast<float>(dx);
          y = own_y + static_cast<float>(dy);
        }
        break;
      }
      move(intents, row, MoveKind::kTo, x, y);
    }
  }

 private:
  std::vector<std::int32_t> steps_;
};

// Runs one episode and returns its metrics, in the scenario's order.
inline std::vector<double> run_episode(World& world, Behaviour& behaviour) {
  EpisodeMetrics metrics(world);
  const auto ticks = static_cast<std::uint64_t>(world.scenario().episode_s / world.tick_s());
  for (std::uint64_t tick = 0; tick < ticks && !metrics.finished(); ++tick) {
    metrics.observe(world, world.step(behaviour));
  }
  return metrics.values();
}

inline double value_of(const Scenario& scenario, const std::vector<double>& values,
                       const std::string& name) {
  for (std::size_t i = 0; i < scenario.metrics.size(); ++i) {
    if (scenario.metrics[i].name == name) return values[i];
  }
  FAIL("no metric " + name);
  return 0;
}

// Whether no part of the square body of a row is in a wall.
inline bool is_clear_of_walls(const World& world, std::uint32_t row) {
  const Columns& columns = world.columns();
  const double radius = world.scenario().species[columns.species[row]].radius;
  const auto cell = [](double value) { return static_cast<std::int64_t>(std::floor(value)); };
  for (std::int64_t y = cell(columns.y[row] - radius); y <= cell(columns.y[row] + radius); ++y) {
    for (std::int64_t x = cell(columns.x[row] - radius); x <= cell(columns.x[row] + radius); ++x) {
      if (!world.terrain().passable(x, y)) return false;
    }
  }
  return true;
}

}  // namespace cherub::engine::fixtures
