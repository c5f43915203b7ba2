#include <algorithm>
#include <cmath>

#include "engine/nature.h"
#include "engine/tasks.h"

namespace cherub::engine {
namespace {

constexpr float kSeedCost = 0.1f;     // energy that a seed takes from its parent
constexpr double kRainGrowthMax = 3;  // times the usual growth at full rain

// Whether the plant tries to spread in this tick. `random` is then one draw on.
bool spreads(const WorldState& state, std::uint32_t row, base::RandomStream& random) {
  return random.uniform() < state.rules_of(row).spread_chance;
}

base::RandomStream stream_of(const WorldState& state, std::uint32_t row) {
  return state.random(state.id_of(row).packed(), base::Stream::kLife);
}

// Where a plant that spreads may set a seed, if anywhere. The grid shows the plants of this tick's
// beginning: those eaten meanwhile still take their room, those born meanwhile take none yet.
void seek_room(const WorldState& state, std::uint32_t row, TaskLog& log) {
  const SpeciesIndex species = state.columns.species[row];
  const SpeciesSpec& spec = state.scenario.species[species];
  base::RandomStream random = stream_of(state, row);
  if (!spreads(state, row, random) || !has_room(state, species)) return;
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
    // Who is grown, and then who spreads, cannot be predicted: rows are kept or overwritten.
    std::vector<std::uint32_t>& rows = log.rows;
    rows.resize(last - first);
    std::size_t grown = 0, spreading = 0;
    for (auto row = static_cast<std::uint32_t>(first); row < last; ++row) {
      if (columns.alive[row] == 0 || state.is_dying(row)) continue;
      const SpeciesRules& rules = state.rules_of(row);
      if (rules.kind != Kind::kPlant) continue;
      const float energy = std::min(1.0f, columns.energy[row] + rules.growth_per_tick * rain);
      columns.energy[row] = energy;
      rows[grown] = row;
      grown += energy >= kGrown ? 1 : 0;
    }
    for (std::size_t i = 0; i < grown; ++i) {
      const std::uint32_t row = rows[i];
      base::RandomStream random = stream_of(state, row);
      rows[spreading] = row;
      spreading += spreads(state, row, random) ? 1 : 0;
    }
    for (std::size_t i = 0; i < spreading; ++i) seek_room(state, rows[i], log);
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
