#include <algorithm>
#include <cmath>

#include "engine/tasks.h"

namespace cherub::engine {
namespace {

constexpr float kGrown = 0.5f;        // energy from which a plant seeds
constexpr float kSeedCost = 0.1f;     // energy that a seed takes from its parent
constexpr double kRainGrowthMax = 3;  // times the usual growth at full rain

// Where the plant may set a seed in this tick, if it does. The grid shows the plants of this tick's
// beginning: those eaten meanwhile still take their room, those born meanwhile take none yet.
void seek_room(const WorldState& state, std::uint32_t row, TaskLog& log) {
  const SpeciesIndex species = state.columns.species[row];
  const SpeciesSpec& spec = state.scenario.species[species];
  base::RandomStream random = state.random(state.id_of(row).packed(), base::Stream::kLife);
  if (random.uniform() >= state.rules[species].spread_chance) return;
  if (!has_room(state, species)) return;
  GridQuery room;
  room.x = state.columns.x[row];
  room.y = state.columns.y[row];
  room.z = state.columns.z[row];
  if (!open_point_near(state.terrain, random, spec.spread_radius, room.z, room.x, room.y)) return;
  room.radius = spec.density_radius;
  room.species = SpeciesMask{1} << species;
  if (state.grid.count(room) >= spec.density_max) return;
  log.births.push_back({species, state.id_of(row), room.x, room.y, room.z, kSeedlingEnergy});
}

}  // namespace

void grow_plants(WorldState& state) {
  Columns& columns = state.columns;
  const double wet = state.tick < state.weather.rain_until ? state.weather.rain_intensity : 0;
  const auto rain = static_cast<float>(1 + (kRainGrowthMax - 1) * wet);
  const auto grow = [&](std::size_t first, std::size_t last, TaskLog& log) {
    for (auto row = static_cast<std::uint32_t>(first); row < last; ++row) {
      if (columns.alive[row] == 0 || state.is_dying(row)) continue;
      const SpeciesRules& rules = state.rules_of(row);
      if (rules.kind != Kind::kPlant) continue;
      columns.energy[row] = std::min(1.0f, columns.energy[row] + rules.growth_per_tick * rain);
      if (rules.spread_chance > 0 && columns.energy[row] >= kGrown) seek_room(state, row, log);
    }
  };
  for (const TaskLog& log : run_tasks(state, columns.size(), grow)) {
    for (const Birth& seed : log.births) {
      if (!has_room(state, seed.species)) continue;
      columns.energy[seed.parent.index] -= kSeedCost;
      expect_birth(state, seed);
    }
  }
}

}  // namespace cherub::engine
