#include "engine/voxel_worlds.h"

#include <algorithm>
#include <cmath>

#include "engine/scenario_settings.h"
#include "engine/senses.h"
#include "engine/sight.h"
#include "engine/voxel_movement.h"
#include "engine/world_state.h"
#include "tests/engine/fixtures.h"

using namespace cherub::engine;
using namespace cherub::engine::fixtures;
namespace base = cherub::base;

namespace {

constexpr const char* kVoxelScenarios[] = {"caves", "town", "tower"};
constexpr Gait kWalking{Motion::kWalk, 1}, kFlying{Motion::kFly, 0};

TerrainSpec spec_of(const std::string& generator, std::uint32_t side, std::uint32_t height,
                    double openness, double hazards) {
  TerrainSpec spec;
  spec.generator = generator;
  spec.width = spec.depth = side;
  spec.height = height;
  spec.openness = openness;
  spec.hazard_density = hazards;
  return spec;
}

void check_solvable(const GeneratedTerrain& made, const Gait& gait) {
  const auto& [terrain, facts] = made;
  REQUIRE(facts.has_target);
  REQUIRE(facts.start != facts.target);
  for (const Cell cell : {facts.start, facts.target}) {
    REQUIRE(terrain.at(cell.x, cell.y, cell.z) == Block::kOpen);
    REQUIRE(is_place(terrain, gait, cell));
  }
  const auto safe = steps_to(terrain, facts.target, HazardPolicy::kAvoid, gait);
  const auto risky = steps_to(terrain, facts.target, HazardPolicy::kWalkThrough, gait);
  REQUIRE(safe[terrain.index(facts.start)] == facts.shortest_path_m);
  REQUIRE(risky[terrain.index(facts.start)] == facts.shortest_risky_m);
  REQUIRE(facts.shortest_risky_m >= 1);
  REQUIRE(facts.shortest_path_m >= facts.shortest_risky_m);
}

Gait gait_of(const Scenario& scenario) {
  return scenario.species[*scenario.find_species(scenario.agent_species)].gait;
}

// Goes the shortest ways of the whole terrain, from the centre of one cell to the next.
class VoxelFollower final : public Behaviour {
 public:
  VoxelFollower(const World& world, HazardPolicy policy)
      : gait_(gait_of(world.scenario())),
        steps_(steps_to(world.terrain(), world.maze_facts().target, policy, gait_)) {}

  void decide(const World& world, Intents& intents, std::vector<Event>&) override {
    const Columns& columns = world.columns();
    const Terrain& terrain = world.terrain();
    for (const std::uint32_t row : world.agent_rows()) {
      const Cell here{static_cast<int>(columns.x[row]), static_cast<int>(columns.y[row]),
                      static_cast<int>(columns.z[row])};
      Cell next = here;
      for_each_step(terrain, gait_, here, [&](Cell step) {
        const std::int32_t steps = steps_[terrain.index(step)];
        if (next == here && steps != kUnreachable && steps < steps_[terrain.index(here)]) {
          next = step;
        }
      });
      const auto off = [](float position, int cell) {
        return std::abs(position - static_cast<float>(cell) - 0.5f);
      };
      const bool centred = (next.x != here.x || off(columns.x[row], here.x) < 0.2f) &&
                           (next.y != here.y || off(columns.y[row], here.y) < 0.2f) &&
                           (next.z != here.z || off(columns.z[row], here.z) < 0.25f);
      const Cell to = centred ? next : here;
      move(intents, row, MoveKind::kTo, static_cast<float>(to.x) + 0.5f,
           static_cast<float>(to.y) + 0.5f, static_cast<float>(to.z) + 0.5f);
    }
  }

 private:
  Gait gait_;
  std::vector<std::int32_t> steps_;
};

// Goes and turns by chance, up and down too.
class Stray final : public Behaviour {
 public:
  void decide(const World& world, Intents& intents, std::vector<Event>&) override {
    for (const std::uint32_t row : world.agent_rows()) {
      base::RandomStream random = world.random(row, base::Stream::kScript);
      const auto draw = [&] { return static_cast<float>(random.uniform(-1, 1)); };
      if (random.uniform() < 0.2) {
        move(intents, row, MoveKind::kTurn, 3 * draw(), 0);
      } else if (random.uniform() < 0.3) {
        move(intents, row, MoveKind::kWander, 0, 0);
      } else {
        // One after the other: compilers order arguments differently.
        const float dx = draw(), dy = draw(), dz = draw();
        move(intents, row, MoveKind::kBy, dx, dy, dz);
      }
    }
  }
};

bool is_in_the_open(const World& world, std::uint32_t row) {
  const Columns& columns = world.columns();
  const float radius = world.state().rules_of(row).body_radius;
  const bool flies = world.state().rules_of(row).gait.motion == Motion::kFly;
  const float up = flies ? radius : 0;
  for (const float dx : {-radius, radius}) {
    for (const float dy : {-radius, radius}) {
      for (const float dz : {-up, up}) {
        if (flies &&
            !world.terrain().passable(cell_at(columns.x[row] + dx), cell_at(columns.y[row] + dy),
                                      cell_at(columns.z[row] + dz))) {
          return false;
        }
      }
    }
  }
  return world.terrain().passable(cell_at(columns.x[row]), cell_at(columns.y[row]),
                                  cell_at(columns.z[row]));
}

}  // namespace

TEST_CASE("every generated world can be solved, by walkers and by who flies") {
  for (const char* name : kVoxelScenarios) {
    const TerrainSpec spec = shipped(name).terrain;
    for (std::uint64_t seed = 0; seed < 40; ++seed) {
      CAPTURE(name, seed);
      for (const Gait& gait : {kWalking, kFlying}) {
        const GeneratedTerrain made = generate_terrain(spec, seed, gait);
        check_solvable(made, gait);
        // The sides are shut.
        const Terrain& terrain = made.terrain;
        for (std::size_t at = 0; at < terrain.blocks.size(); ++at) {
          const Cell cell = terrain.cell(at);
          const bool side = cell.x == 0 || cell.y == 0 ||
                            cell.x + 1 == std::int32_t(terrain.width) ||
                            cell.y + 1 == std::int32_t(terrain.depth);
          if (side) REQUIRE(terrain.blocks[at] == std::uint8_t(Block::kWall));
        }
      }
    }
  }
}

TEST_CASE("worlds at the limits of their settings can be solved") {
  for (const char* name : kVoxelScenarios) {
    const std::uint32_t least = name == std::string("tower") ? 13 : kVoxelSideMin;
    for (const std::uint32_t side : {least, least + 1, least + 18}) {
      for (const std::uint32_t height : {kVoxelHeightMin, 4u, 16u}) {
        for (const double openness : {0.0, 1.0}) {
          for (const double hazards : {0.0, 1.0}) {
            for (std::uint64_t seed = 0; seed < 3; ++seed) {
              CAPTURE(name, side, height, openness, hazards, seed);
              const TerrainSpec spec = spec_of(name, side, height, openness, hazards);
              for (const Gait& gait : {kWalking, kFlying}) {
                check_solvable(generate_terrain(spec, seed, gait), gait);
              }
            }
          }
        }
      }
    }
  }
}

TEST_CASE("what flies gets everywhere in caves, and stairs lead to every floor of a tower") {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const auto caves = generate_terrain(shipped("caves").terrain, seed, kFlying);
    const auto ways =
        steps_to(caves.terrain, caves.facts.start, HazardPolicy::kWalkThrough, kFlying);
    for (std::size_t at = 0; at < ways.size(); ++at) {
      const bool wall = caves.terrain.blocks[at] == std::uint8_t(Block::kWall);
      REQUIRE(wall == (ways[at] == kUnreachable));
    }
    const auto tower = generate_terrain(spec_of("tower", 19, 11, 0, 0), seed, kWalking);
    const auto climb =
        steps_to(tower.terrain, tower.facts.start, HazardPolicy::kWalkThrough, kWalking);
    for (const std::int32_t floor : {0, 3, 6, 9}) {
      REQUIRE(climb[tower.terrain.index({1, 1, floor})] != kUnreachable);
    }
    REQUIRE(steps_to(tower.terrain, {1, 1, 3}, HazardPolicy::kWalkThrough,
                     {Motion::kWalk, 0})[tower.terrain.index({1, 1, 0})] == kUnreachable);
  }
}

TEST_CASE("steps can be gone back") {
  const auto made = generate_terrain(shipped("caves").terrain, 3, kWalking);
  for (const Gait& gait : {kWalking, kFlying, Gait{Motion::kWalk, 0}}) {
    for (std::size_t at = 0; at < made.terrain.blocks.size(); ++at) {
      const Cell cell = made.terrain.cell(at);
      if (!is_place(made.terrain, gait, cell)) continue;
      for_each_step(made.terrain, gait, cell, [&](Cell next) {
        REQUIRE(is_place(made.terrain, gait, next));
        bool leads_back = false;
        for_each_step(made.terrain, gait, next, [&](Cell back) { leads_back |= back == cell; });
        REQUIRE(leads_back);
      });
    }
  }
}

TEST_CASE("who follows a shortest way gets to the target, over stairs and through the air") {
  for (const char* name : {"caves", "tower"}) {
    for (std::uint64_t seed = 1; seed < 9; ++seed) {
      CAPTURE(name, seed);
      Scenario scenario = shipped(name);
      for (SpawnSpec& spawn : scenario.spawns) {
        if (spawn.species == "guard") spawn.count = 0;
      }
      const auto world = make_world(scenario, seed);
      VoxelFollower follower(*world, HazardPolicy::kAvoid);
      const auto values = run_episode(*world, follower);
      CHECK(value_of(scenario, values, "reached") == 1);
      CHECK(value_of(scenario, values, "damage") == 0);
      CHECK(value_of(scenario, values, "collisions") == 0);
      CHECK(value_of(scenario, values, "efficiency") > 0.9);
      CHECK(value_of(scenario, values, "efficiency") <= 1);
    }
  }
}

TEST_CASE("nobody gets into walls, and walkers stay on the ground") {
  const std::uint64_t seed = GENERATE(range(1, 9));
  for (const char* name : kVoxelScenarios) {
    CAPTURE(name);
    Scenario scenario = shipped(name);
    scenario.spawns[0].count = 12;
    scenario.spawns[0].place = "anywhere";
    scenario.hazard_damage = 0;
    for (SpeciesSpec& species : scenario.species) species.contact_damage = 0;
    const auto world = make_world(scenario, seed);
    Stray stray;
    for (int tick = 0; tick < 400; ++tick) {
      const std::vector<float> before = world->columns().heading;
      world->step(stray);
      for (const std::uint32_t row : world->agent_rows()) {
        CAPTURE(seed, tick, row);
        REQUIRE(is_in_the_open(*world, row));
        const Columns& columns = world->columns();
        const SpeciesRules& rules = world->state().rules_of(row);
        if (rules.gait.motion == Motion::kWalk) {
          REQUIRE(is_standable(world->terrain(),
                               {std::int32_t(columns.x[row]), std::int32_t(columns.y[row]),
                                std::int32_t(columns.z[row])}));
        }
        if (rules.turn_per_tick > 0) {
          const double turned =
              std::remainder(double{columns.heading[row]} - double{before[row]}, 6.283185307179586);
          REQUIRE(std::abs(turned) <= rules.turn_per_tick + 1e-5);
        }
      }
    }
  }
}

TEST_CASE("a map holds what was seen, no less and no more") {
  for (const char* name : kVoxelScenarios) {
    Scenario scenario = shipped(name);
    scenario.spawns[0].count = 3;
    const auto world = make_world(scenario, 11);
    Stray stray;
    const Terrain& terrain = world->terrain();
    std::vector<std::vector<std::uint8_t>> ever(world->columns().size());
    for (auto& seen : ever) seen.assign(terrain.blocks.size(), 0);
    for (int tick = 0; tick < 60; ++tick) {
      if (tick > 0) world->step(stray);
      for (const std::uint32_t row : world->agent_rows()) {
        for (std::size_t at = 0; at < terrain.blocks.size(); ++at) {
          const Cell cell = terrain.cell(at);
          const Point point{cell.x + 0.5, cell.y + 0.5, cell.z + 0.5};
          // Looked at independently of the map: by the sense that policies have.
          const auto now = cherub_sense_voxel(world.get(), row, point.x, point.y, point.z);
          if (now >= 0) ever[row][at] = 1;
          const auto known = cherub_sense_seen(world.get(), row, point.x, point.y, point.z);
          const auto block = std::int32_t{terrain.blocks[at]};
          REQUIRE((known == -1 || known == block));
          if (ever[row][at] == 0) REQUIRE(known == -1);
          if (ever[row][at] != 0 && !world->state().is_buried(at)) REQUIRE(known == block);
        }
      }
    }
  }
}

TEST_CASE("ways over the map lead over what was seen only") {
  Scenario scenario = shipped("caves");
  scenario.hazard_damage = 0;
  const auto world = make_world(scenario, 2);
  Stray stray;
  for (int tick = 0; tick < 120; ++tick) {
    world->step(stray);
    const std::uint32_t row = world->agent_rows()[0];
    const Sighting* target = world->target();
    MapStep way{}, frontier{};
    cherub_sense_way(world.get(), row, target->x, target->y, target->z, 10, &way);
    cherub_sense_frontier(world.get(), row, 10, &frontier);
    REQUIRE(way.found == 1);
    for (const MapStep& step : {way, frontier}) {
      if (step.found == 0) continue;
      const auto block = cherub_sense_seen(world.get(), row, step.x, step.y, step.z);
      REQUIRE((block == std::int32_t(Block::kOpen) || block == std::int32_t(Block::kHazard)));
      const Columns& columns = world->columns();
      REQUIRE(std::abs(step.x - double{columns.x[row]}) < 1.6);
      REQUIRE(std::abs(step.z - double{columns.z[row]}) < 1.6);
    }
  }
  MapStep way{};
  cherub_sense_way(world.get(), 0, NAN, 1, 1, 10, &way);
  CHECK(way.found == 0);
  cherub_sense_way(world.get(), 12345, 1, 1, 1, 10, &way);
  CHECK(way.found == 0);
  CHECK(cherub_sense_seen(world.get(), 0, NAN, 1, 1) == -1);
  CHECK(cherub_sense_seen(world.get(), 0, -1, 1, 1e300) == -1);
}

TEST_CASE("who follows the frontier explores nearly everything") {
  Scenario scenario = shipped("caves");
  scenario.episode_s = 400;
  scenario.hazard_damage = 0;
  const auto world = make_world(scenario, 4);
  Puppeteer explorer([](const World& seen, Intents& intents) {
    for (const std::uint32_t row : seen.agent_rows()) {
      MapStep step{};
      cherub_sense_frontier(&seen, row, 0, &step);
      if (step.found == 0) continue;
      move(intents, row, MoveKind::kTo, float(step.x), float(step.y), float(step.z));
    }
  });
  const auto values = run_episode(*world, explorer);
  CHECK(value_of(scenario, values, "explored") > 0.97);
}

TEST_CASE("who walks sees the stairs that it stands on") {
  // Steps in a row, each one voxel higher than the one before.
  Scenario scenario = shipped("tower");
  scenario.terrain = spec_of("tower", 13, 5, 0, 0);
  scenario.spawns.resize(2);
  const auto world = make_world(scenario, 1);
  VoxelFollower follower(*world, HazardPolicy::kAvoid);
  const std::uint32_t row = world->agent_rows()[0];
  bool climbed = false;
  for (int tick = 0; tick < 600 && world->columns().reached[row] == 0; ++tick) {
    const float z = world->columns().z[row];
    world->step(follower);
    climbed |= world->columns().z[row] > z;
    // Whatever it walks on next is on its map when it stands in the middle of a cell.
    const Columns& columns = world->columns();
    const Cell here{int(columns.x[row]), int(columns.y[row]), int(columns.z[row])};
    const bool centred = std::abs(columns.x[row] - float(here.x) - 0.5f) < 0.1f &&
                         std::abs(columns.y[row] - float(here.y) - 0.5f) < 0.1f;
    if (!centred) continue;
    const KnownGround known{world->terrain(), world->state().maps[row]};
    for_each_step(world->terrain(), kWalking, here, [&](Cell next) {
      if (next.z <= here.z) return;
      CAPTURE(here.x, here.y, here.z, next.x, next.y, next.z);
      REQUIRE(known.passable(next.x, next.y, next.z));
    });
  }
  CHECK(climbed);
}

TEST_CASE("eyes look ahead; what is right beside is felt") {
  Scenario scenario = shipped("caves");
  const auto settings = std::vector<std::string>{"terrain.openness=1", "terrain.hazard_density=0"};
  const auto open = with_settings(scenario, settings);
  REQUIRE(open.ok());
  const auto world = make_world(*open, 1);
  const std::uint32_t row = world->agent_rows()[0];
  const Columns& columns = world->columns();
  const Point here{columns.x[row], columns.y[row], columns.z[row]};
  const auto in_view = [&](double angle, double distance) {
    return is_in_view(
        world->state(), row,
        {here.x + distance * std::cos(angle), here.y + distance * std::sin(angle), here.z});
  };
  REQUIRE(columns.heading[row] == 0);
  CHECK(in_view(0, 5));
  CHECK(in_view(1.3, 5));  // 75 degrees to each side
  CHECK(in_view(-1.3, 5));
  CHECK_FALSE(in_view(1.32, 5));
  CHECK_FALSE(in_view(3.14, 5));
  CHECK(in_view(3.14, 1.7));
  CHECK_FALSE(is_in_view(world->state(), row, {here.x, here.y, here.z + 3}));
  CHECK(is_in_view(world->state(), row, {here.x, here.y, here.z + 1.7}));
}

TEST_CASE("patrols keep to open cells, at their speed, the same way each time") {
  Scenario scenario = shipped("town");
  const auto world = make_world(scenario, 8), other = make_world(scenario, 8);
  Idle idle;
  std::size_t moved = 0;
  for (int tick = 0; tick < 600; ++tick) {
    const Columns before = world->columns();
    world->step(idle);
    other->step(idle);
    REQUIRE(world->state_hash() == other->state_hash());
    const Columns& columns = world->columns();
    REQUIRE(world->state().patrol_rows.size() == 7);
    for (const std::uint32_t row : world->state().patrol_rows) {
      CAPTURE(tick, row);
      const Cell cell{std::int32_t(columns.x[row]), std::int32_t(columns.y[row]),
                      std::int32_t(columns.z[row])};
      REQUIRE(world->terrain().at(cell.x, cell.y, cell.z) == Block::kOpen);
      REQUIRE(is_standable(world->terrain(), cell));
      const double way = std::hypot(columns.x[row] - before.x[row], columns.y[row] - before.y[row]);
      REQUIRE(way <= world->state().rules_of(row).step_m + 1e-4f);
      moved += way > 0 ? 1 : 0;
    }
    const Sighting* target = world->target();
    REQUIRE(target != nullptr);
    REQUIRE(target->x == double{columns.x[world->state().target_row]});
  }
  CHECK(moved > 3600);  // of 4,200
}

TEST_CASE("obstacles stop who walks into them and hurt who touches them") {
  Scenario scenario = shipped("town");
  scenario.terrain.openness = 1;
  scenario.terrain.hazard_density = 0;
  for (SpawnSpec& spawn : scenario.spawns) spawn.count = spawn.species == "guide" ? 1 : 0;
  scenario.species[*scenario.find_species("cart")].route = Route::kNone;
  const auto world = make_world(scenario, 1);
  const auto cart = spawn(*world, "cart", 10.5, 10.5);
  const auto walker = spawn(*world, "walker", 7.5, 10.5);
  Puppeteer east(
      [&](const World&, Intents& intents) { move(intents, walker, MoveKind::kBy, 1, 0); });
  for (int tick = 0; tick < 40; ++tick) world->step(east);
  const Columns& columns = world->columns();
  CHECK(columns.x[walker] < columns.x[cart] - 0.6f);
  CHECK(columns.x[walker] > columns.x[cart] - 0.9f);
  CHECK(columns.collisions[walker] > 10);
  CHECK(columns.damage[walker] == 0);  // stopped before it touched
  Puppeteer away(
      [&](const World&, Intents& intents) { move(intents, walker, MoveKind::kBy, -1, 0); });
  const float stopped = columns.x[walker];
  world->step(away);
  CHECK(columns.x[walker] < stopped - 0.15f);
  // One that is come upon cannot be walked into, but be walked out of.
  const auto caught = spawn(*world, "walker", 10.7, 10.5);
  const float health = columns.health[caught];
  Puppeteer flee(
      [&](const World&, Intents& intents) { move(intents, caught, MoveKind::kBy, 1, 0); });
  for (int tick = 0; tick < 10; ++tick) world->step(flee);
  CHECK(columns.health[caught] < health);
  CHECK(columns.x[caught] > 11.5f);
  const float damage = columns.damage[caught];
  world->step(flee);
  CHECK(columns.damage[caught] == damage);
}

TEST_CASE("a walker without ground under its feet falls voxel by voxel") {
  Scenario scenario = shipped("town");
  scenario.terrain.openness = 1;
  const auto world = make_world(scenario, 1);
  REQUIRE(world->submit(Spawn{"walker", 12.5, 12.5, 3.5, 1}).ok());
  Idle idle;
  world->step(idle);
  const std::uint32_t row = world->agent_rows().back();
  REQUIRE(world->columns().z[row] == 3.7f);
  Puppeteer go([&](const World&, Intents& intents) { move(intents, row, MoveKind::kBy, 0.1f, 0); });
  for (const float z : {2.7f, 1.7f, 0.7f}) {
    world->step(go);
    CHECK(world->columns().z[row] == z);
    CHECK(world->columns().x[row] == 12.5f);
  }
  world->step(go);
  CHECK(world->columns().x[row] > 12.5f);
}
