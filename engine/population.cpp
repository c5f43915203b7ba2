#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <string>

#include "engine/base/check.h"
#include "engine/ecology/systems.h"
#include "engine/economy/town.h"
#include "engine/hands.h"
#include "engine/nature.h"
#include "engine/tasks.h"
#include "engine/voxel_movement.h"
#include "engine/voxel_worlds.h"

namespace cherub::engine {
namespace {

constexpr int kPlacementTriesMax = 64;
constexpr float kQuarterTurn = 1.5707964f;
constexpr int kVoxelTriesMax = 1024;
constexpr int kNearTriesMax = 8;

void append_row(Columns& columns) {
  columns.generation.push_back(0);
  columns.alive.push_back(0);
  columns.species.push_back(0);
  columns.role.push_back(kNoRole);
  columns.script.push_back(kNoScript);
  for (auto* column :
       {&columns.x, &columns.y, &columns.z, &columns.heading, &columns.health, &columns.energy,
        &columns.hunger, &columns.thirst, &columns.damage, &columns.travelled}) {
    column->push_back(0);
  }
  columns.age.push_back(0);
  columns.collisions.push_back(0);
  columns.reached.push_back(0);
  for (auto* column : {&columns.move_receipt, &columns.ability_receipt, &columns.message_receipt}) {
    column->push_back(0);
  }
}

struct Place {
  float x = 0, y = 0, z = 0;
};

// The middle of a cell on the ground plane; in worlds of several layers also of its height.
Place centre(const WorldState& state, SpeciesIndex species, Cell cell) {
  const bool has_height = is_voxel_world(state.scenario.terrain.generator) ||
                          state.rules[species].gait.motion != Motion::kPlane;
  return {
      static_cast<float>(cell.x) + 0.5f, static_cast<float>(cell.y) + 0.5f,
      static_cast<float>(cell.z) + (has_height ? height_in_cell(state.rules[species].gait) : 0)};
}

// Where agents get to from the start, by voxel; empty in worlds of one layer.
std::vector<std::int32_t> ways_of_agents(const WorldState& state) {
  if (!is_voxel_world(state.scenario.terrain.generator)) return {};
  const auto agents = *state.scenario.find_species(state.scenario.agent_species);
  return steps_to(state.terrain, state.maze.start, HazardPolicy::kWalkThrough,
                  state.rules[agents].gait);
}

// One of those cells, without a hazard, where the species can stay.
Cell anywhere_on(const WorldState& state, SpeciesIndex species,
                 const std::vector<std::int32_t>& ways, base::RandomStream& random) {
  const Terrain& terrain = state.terrain;
  for (int tries = 0; tries < kVoxelTriesMax; ++tries) {
    const std::size_t at = random.below(terrain.blocks.size());
    const Cell cell = terrain.cell(at);
    const bool is_open = static_cast<Block>(terrain.blocks[at]) == Block::kOpen;
    if (is_open && ways[at] != kUnreachable && is_place(terrain, state.rules[species].gait, cell)) {
      return cell;
    }
  }
  return state.maze.start;
}

// A point of the bottom layer where a body of the species fits, away from hazards.
Place anywhere(const WorldState& state, base::RandomStream& random) {
  const Terrain& terrain = state.terrain;
  std::int64_t cell_x = 0, cell_y = 0;
  bool found = false;
  for (int tries = 0; tries < kPlacementTriesMax && !found; ++tries) {
    cell_x = static_cast<std::int64_t>(random.below(terrain.width));
    cell_y = static_cast<std::int64_t>(random.below(terrain.depth));
    found = terrain.at(cell_x, cell_y) == Block::kOpen;
  }
  if (!found) {
    const auto open = std::find(terrain.blocks.begin(), terrain.blocks.end(),
                                static_cast<std::uint8_t>(Block::kOpen));
    const auto at = std::max<std::ptrdiff_t>(0, open - terrain.blocks.begin());
    cell_x = at % terrain.width;
    cell_y = at / terrain.width % terrain.depth;
  }
  const double x = static_cast<double>(cell_x) + random.uniform();
  const double y = static_cast<double>(cell_y) + random.uniform();
  // Rounding up to float must not lead into the next cell.
  const auto inside = [](double value, std::int64_t cell) {
    return static_cast<float>(std::min(value, static_cast<double>(cell) + 0.999));
  };
  return {inside(x, cell_x), inside(y, cell_y)};
}

// Where the village has it, or, if water is there, anywhere.
Place in_town(const WorldState& state, std::size_t spawn, std::uint32_t index,
              base::RandomStream& random) {
  const TownPoint at = town_point(state.scenario, spawn, index, state.seed, random);
  const bool open = state.terrain.at(cell_at(at.x), cell_at(at.y)) == Block::kOpen;
  if (!open) return anywhere(state, random);
  return {static_cast<float>(at.x), static_cast<float>(at.y)};
}

void refresh_targets(WorldState& state) {
  const Columns& columns = state.columns;
  state.targets = 0;
  for (std::size_t species = 0; species < state.rules.size(); ++species) {
    if (state.rules[species].kind == Kind::kTarget) state.targets += state.population[species];
  }
  if (state.targets > 0) {
    std::uint32_t row = 0;
    while (columns.alive[row] == 0 || state.rules_of(row).kind != Kind::kTarget) ++row;
    state.target_row = row;
  }
  refresh_target(state);
}

// Who goes about by itself, and what stands in the way.
void refresh_patrols(WorldState& state) {
  state.patrol_rows.clear();
  state.obstacle_rows.clear();
  const auto is_any = [&](auto&& holds) {
    return std::any_of(state.rules.begin(), state.rules.end(), holds);
  };
  const auto has_route = [](const SpeciesRules& rules) { return rules.route != Route::kNone; };
  if (state.obstacle_species == 0 && !is_any(has_route)) return;
  for (std::uint32_t row = 0; row < state.columns.size(); ++row) {
    if (state.columns.alive[row] == 0) continue;
    if (has_route(state.rules_of(row))) state.patrol_rows.push_back(row);
    if (state.rules_of(row).kind == Kind::kObstacle) state.obstacle_rows.push_back(row);
  }
}

// The side of the squares that the first rows are ordered by. It decides who gets which row, so it
// is part of the rules; the grid's cells are not.
double row_square_m(const Scenario& scenario) {
  double sense_max = 0;
  for (const SpeciesSpec& spec : scenario.species) {
    sense_max = std::max(sense_max, spec.sense_radius);
  }
  return std::clamp(sense_max * 0.17, 1.0, 8.0);
}

// The first inhabitants of an ecosystem have lived a while: a part of their time, with some drive.
void begin_in_middle(WorldState& state, std::uint32_t row, base::RandomStream& random) {
  const auto lifetime = static_cast<double>(state.rules_of(row).lifetime_ticks);
  state.columns.age[row] = static_cast<std::uint32_t>(random.uniform(0.1, 0.6) * lifetime);
  if (state.rules_of(row).kind == Kind::kAgent) {
    state.ecology->bodies.drive[row] = static_cast<float>(random.uniform(0.0, kStartDriveMax));
  }
  bring_matter(state, row);
}

// Hunger, energy and growth differ at first, so that a population does not act in step.
void vary_start(WorldState& state, std::uint32_t row, base::RandomStream& random) {
  const SpeciesRules& rules = state.rules_of(row);
  Columns& columns = state.columns;
  if (rules.growth_per_tick > 0) {
    columns.energy[row] = static_cast<float>(random.uniform(kStartGrowthMin, 1.0));
  }
  if (rules.hunger_per_tick > 0) {
    columns.hunger[row] = static_cast<float>(random.uniform(0.0, kStartHungerMax));
    columns.energy[row] = static_cast<float>(random.uniform(kStartEnergyMin, kStartEnergyMax));
  }
  if (rules.route != Route::kNone) {
    columns.heading[row] = static_cast<float>(random.below(4)) * kQuarterTurn;
  }
  if (rules.thirst_per_tick > 0) {
    columns.thirst[row] = static_cast<float>(random.uniform(0.0, kStartThirstMax));
  }
  if (state.ecology) begin_in_middle(state, row, random);
}

std::uint32_t count_of(const WorldState& state, const SpawnSpec& spawn) {
  if (!state.scenario.environment || state.scenario.environment->jitter <= 0) return spawn.count;
  const double jitter = state.scenario.environment->jitter;
  const auto entry = static_cast<std::uint64_t>(&spawn - state.scenario.spawns.data());
  base::RandomStream random(state.seed, 0, entry, base::Stream::kLife);
  return static_cast<std::uint32_t>(
      std::lround(spawn.count * random.uniform(1 - jitter, 1 + jitter)));
}

// What is carried and what is about to be born have their room already.
bool is_full(const WorldState& state) {
  return state.alive + state.births.size() + state.carried >= kEntitiesMax;
}

}  // namespace

Event event_at(const WorldState& state, EventKind kind, std::uint32_t row, double value) {
  Event event;
  event.kind = kind;
  event.entity = state.id_of(row);
  event.species = state.columns.species[row];
  event.value = value;
  event.x = state.columns.x[row];
  event.y = state.columns.y[row];
  return event;
}

std::uint32_t add_entity(WorldState& state, SpeciesIndex species, float x, float y, float z) {
  Columns& columns = state.columns;
  std::uint32_t row = 0;
  if (!state.free_rows.empty()) {
    row = state.free_rows.back();
    state.free_rows.pop_back();
  } else {
    row = static_cast<std::uint32_t>(columns.size());
    append_row(columns);
    if (state.ecology) resize_bodies(state);
  }
  CHERUB_CHECK(columns.alive[row] == 0);
  forget_map(state, row);
  columns.alive[row] = 1;
  columns.species[row] = species;
  columns.role[row] = state.rules[species].role;
  const bool scripted = state.scenario.species[species].name == state.scenario.agent_species &&
                        !state.slots.front().sha256.empty();
  columns.script[row] = scripted ? 0 : kNoScript;
  columns.x[row] = x;
  columns.y[row] = y;
  // Wherever in a cell somebody puts it, who walks stands.
  const Gait& gait = state.rules[species].gait;
  columns.z[row] =
      gait.motion == Motion::kWalk ? static_cast<float>(cell_at(z)) + height_in_cell(gait) : z;
  settle(state.terrain, state.rules[species].body_radius, z, columns.x[row], columns.y[row]);
  columns.health[row] = 1;
  columns.energy[row] = 1;
  for (auto* column :
       {&columns.heading, &columns.hunger, &columns.thirst, &columns.damage, &columns.travelled}) {
    (*column)[row] = 0;
  }
  columns.age[row] = columns.collisions[row] = 0;
  columns.reached[row] = columns.move_receipt[row] = 0;
  columns.ability_receipt[row] = columns.message_receipt[row] = 0;
  ++state.alive;
  ++state.population[species];
  state.rows_changed |= state.rules[species].kind != Kind::kPlant;
  return row;
}

void free_entity(WorldState& state, std::uint32_t row) {
  CHERUB_CHECK(state.columns.alive[row] != 0);
  state.columns.alive[row] = 0;
  forget_map(state, row);
  state.columns.script[row] = kNoScript;
  release_belongings(state, row);
  if (state.ecology) leave_matter(state, row);
  --state.alive;
  const SpeciesIndex species = state.columns.species[row];
  --state.population[species];
  state.rows_changed |= state.rules[species].kind != Kind::kPlant;
  if (++state.columns.generation[row] < kGenerationMax) state.free_rows.push_back(row);
}

void kill(WorldState& state, std::uint32_t row, DeathCause cause) {
  state.columns.health[row] = 0;
  state.deaths.push_back({row, cause});
}

bool has_room(const WorldState& state, SpeciesIndex species) {
  const std::uint32_t most = state.scenario.species[species].population_max;
  const bool full = most > 0 && state.population[species] + state.unborn[species] >= most;
  return !full && !is_full(state);
}

bool has_room_for_items(const WorldState& state, std::uint32_t count) {
  return state.alive + state.births.size() + state.carried + count <= kEntitiesMax;
}

void expect_birth(WorldState& state, const Birth& birth) {
  state.births.push_back(birth);
  ++state.unborn[birth.species];
}

void settle(const Terrain& terrain, float body_radius, float z, float& x, float& y) {
  const double margin = double{body_radius} + 1e-3;
  const auto cell_x = cell_at(x);
  const auto cell_y = cell_at(y);
  const auto cell_z = cell_at(z);
  // -1, 0 or 1: over which side of its cell the body sticks out.
  const auto over = [&](float value, std::int64_t cell) {
    if (value < static_cast<double>(cell) + margin) return -1;
    return value > static_cast<double>(cell + 1) - margin ? 1 : 0;
  };
  const auto pull_in = [&](float& value, std::int64_t cell) {
    const int side = over(value, cell);
    if (side < 0) value = static_cast<float>(static_cast<double>(cell) + margin);
    if (side > 0) value = static_cast<float>(static_cast<double>(cell + 1) - margin);
  };
  if (!terrain.passable(cell_x + over(x, cell_x), cell_y, cell_z)) pull_in(x, cell_x);
  if (!terrain.passable(cell_x, cell_y + over(y, cell_y), cell_z)) pull_in(y, cell_y);
  const bool corner_free =
      terrain.passable(cell_x + over(x, cell_x), cell_y + over(y, cell_y), cell_z);
  if (!corner_free) pull_in(x, cell_x);
}

bool open_point_near(const Terrain& terrain, base::RandomStream& random, double radius, float z,
                     float& x, float& y) {
  for (int tries = 0; tries < kNearTriesMax; ++tries) {
    const double dx = random.uniform(-1, 1);
    const double dy = random.uniform(-1, 1);
    if (dx * dx + dy * dy > 1) continue;
    const float near_x = static_cast<float>(double{x} + dx * radius);
    const float near_y = static_cast<float>(double{y} + dy * radius);
    const auto cell_x = cell_at(near_x);
    const auto cell_y = cell_at(near_y);
    const auto cell_z = cell_at(z);
    if (terrain.at(cell_x, cell_y, cell_z) != Block::kOpen) continue;
    x = near_x;
    y = near_y;
    return true;
  }
  return false;
}

void spawn_population(WorldState& state) {
  std::uint64_t number = 0;
  const double square_m = row_square_m(state.scenario);
  const std::vector<std::int32_t> ways = ways_of_agents(state);
  for (std::size_t entry = 0; entry < state.scenario.spawns.size(); ++entry) {
    const SpawnSpec& spawn = state.scenario.spawns[entry];
    const auto species = static_cast<SpeciesIndex>(*state.scenario.find_species(spawn.species));
    struct Newcomer {
      Place place;
      base::RandomStream random;
    };
    std::vector<Newcomer> newcomers;
    const std::uint32_t count = count_of(state, spawn);
    newcomers.reserve(count);
    for (std::uint32_t i = 0; i < count; ++i) {
      base::RandomStream random = state.random(number++, base::Stream::kSpawn);
      const Place place = is_town_place(spawn.place) ? in_town(state, entry, i, random)
                          : spawn.place == "start"   ? centre(state, species, state.maze.start)
                          : spawn.place == "target"  ? centre(state, species, state.maze.target)
                          : ways.empty()
                              ? anywhere(state, random)
                              : centre(state, species, anywhere_on(state, species, ways, random));
      newcomers.push_back({place, random});
    }
    // Rows in the order of squares of the ground: who looks around finds neighbours in the cache.
    std::stable_sort(
        newcomers.begin(), newcomers.end(), [square_m](const Newcomer& a, const Newcomer& b) {
          const auto square = [square_m](const Place& place) {
            return std::pair(std::floor(place.y / square_m), std::floor(place.x / square_m));
          };
          return square(a.place) < square(b.place);
        });
    for (auto& [place, random] : newcomers) {
      const std::uint32_t row = add_entity(state, species, place.x, place.y, place.z);
      if (const auto role = state.scenario.find_role(spawn.role)) {
        state.columns.role[row] = static_cast<std::uint8_t>(*role);
      }
      vary_start(state, row, random);
    }
  }
}

void spawn_group(WorldState& state, const Spawn& spawn) {
  const auto species = static_cast<SpeciesIndex>(*state.scenario.find_species(spawn.species));
  const double spread = 0.5 * std::sqrt(static_cast<double>(spawn.count));
  const auto z = static_cast<float>(spawn.z);
  for (std::uint32_t i = 0; i < spawn.count && !is_full(state); ++i) {
    auto x = static_cast<float>(spawn.x);
    auto y = static_cast<float>(spawn.y);
    // The group may be one of several in this tick; `alive` tells its members apart.
    base::RandomStream random = state.random(state.alive, base::Stream::kSpawn);
    if (i > 0) open_point_near(state.terrain, random, spread, z, x, y);
    const std::uint32_t row = add_entity(state, species, x, y, z);
    vary_start(state, row, random);
    state.events.push_back(event_at(state, EventKind::kSpawn, row, species));
  }
}

void refresh_rows(WorldState& state) {
  const Columns& columns = state.columns;
  const std::size_t tasks = (columns.size() + kRowsPerTask - 1) / kRowsPerTask;
  const auto range = [&](std::size_t task) {
    return std::pair(task * kRowsPerTask, std::min(columns.size(), (task + 1) * kRowsPerTask));
  };
  std::array<std::uint8_t, kSpeciesMax> agents{};
  for (std::size_t species = 0; species < state.rules.size(); ++species) {
    agents[species] = state.rules[species].kind == Kind::kAgent ? 1 : 0;
  }
  const auto is_agent = [&](std::size_t row) {
    return columns.alive[row] & agents[columns.species[row]];
  };
  std::vector<std::size_t> starts(tasks + 1, 0);
  state.pool->run(tasks, [&](std::size_t task) {
    const auto [first, last] = range(task);
    std::size_t count = 0;
    for (std::size_t row = first; row < last; ++row) count += std::size_t(is_agent(row));
    starts[task + 1] = count;
  });
  std::partial_sum(starts.begin(), starts.end(), starts.begin());
  state.agent_rows.resize(starts.back());
  state.pool->run(tasks, [&](std::size_t task) {
    const auto [first, last] = range(task);
    std::size_t at = starts[task];
    for (std::size_t row = first; row < last; ++row) {
      if (is_agent(row) != 0) state.agent_rows[at++] = static_cast<std::uint32_t>(row);
    }
  });
  refresh_targets(state);
  refresh_patrols(state);
  state.rows_changed = false;
}

void refresh_target(WorldState& state) {
  const Columns& columns = state.columns;
  const std::uint32_t row = state.target_row;
  state.target = {};
  if (state.targets == 0) return;
  state.target = {1,
                  columns.species[row],
                  static_cast<double>(state.id_of(row).packed()),
                  columns.x[row],
                  columns.y[row],
                  columns.z[row],
                  0};
}

}  // namespace cherub::engine
