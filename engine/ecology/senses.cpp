// What agents know of an ecosystem: the functions of engine/senses.h that need one.
#include "engine/senses.h"

#include <array>
#include <cmath>

#include "engine/ecology/systems.h"

namespace cherub::engine {
namespace {

bool present(const WorldState& state, std::uint32_t row) {
  return state.ecology && row < state.columns.size() && state.columns.alive[row] != 0;
}

// The nearest of the species that `wanted(row)` holds of, among the kNeighborsMax nearest.
template <class Wanted>
bool nearest_such(const WorldState& state, std::uint32_t row, SpeciesMask species, double radius,
                  Wanted&& wanted, Sighting& out) {
  const double far = radius >= 0 ? std::min(radius, state.rules_of(row).sense_radius) : -1;
  GridQuery query = around(state, row, far, species);
  query.exclude_row = row;
  std::array<GridHit, kNeighborsMax> hits;
  const std::size_t count = state.grid.neighbors(query, hits);
  for (std::size_t i = 0; i < count; ++i) {
    const GridHit& hit = hits[i];
    if (!wanted(hit.entry.row)) continue;
    out = {1,           hit.species, static_cast<double>(hit.id),    hit.entry.x,
           hit.entry.y, hit.entry.z, std::sqrt(hit.distance_squared)};
    return true;
  }
  return false;
}

}  // namespace
}  // namespace cherub::engine

using cherub::engine::Sighting;
using cherub::engine::World;

extern "C" {

void cherub_sense_forage(const World* world, std::uint32_t row, double radius,
                         Sighting* out) noexcept {
  using namespace cherub::engine;
  const WorldState& state = world->state();
  *out = {};
  if (!present(state, row)) return;
  const auto is_food = [&](std::uint32_t other) {
    return state.rules_of(other).kind == Kind::kPlant ? is_ripe(state, other)
                                                      : !is_at_roost(state, other);
  };
  for (const SpeciesIndex food : state.rules_of(row).diet_order) {
    if (nearest_such(state, row, SpeciesMask{1} << food, radius, is_food, *out)) return;
  }
}

void cherub_sense_blossom(const World* world, std::uint32_t row, double radius,
                          Sighting* out) noexcept {
  using namespace cherub::engine;
  const WorldState& state = world->state();
  *out = {};
  if (!present(state, row) || state.rules_of(row).blossoms == 0) return;
  const auto is_open = [&](std::uint32_t other) { return has_nectar(state, other); };
  nearest_such(state, row, state.rules_of(row).blossoms, radius, is_open, *out);
}

void cherub_sense_water(const World* world, std::uint32_t row, Sighting* out) noexcept {
  using namespace cherub::engine;
  const WorldState& state = world->state();
  *out = {};
  if (!present(state, row)) return;
  const Columns& columns = state.columns;
  const WaterSpot spot = nearest_water(state, columns.x[row], columns.y[row]);
  if (!spot.found) return;
  *out = {1, 0, 0, spot.x, spot.y, columns.z[row], spot.distance};
}

double cherub_sense_pause(const World* world, std::uint32_t row) noexcept {
  using namespace cherub::engine;
  const WorldState& state = world->state();
  if (!present(state, row)) return 0;
  const Tick until = state.ecology->bodies.pause_until[row];
  return until > state.tick ? static_cast<double>(until - state.tick) * state.tick_s : 0;
}

double cherub_sense_colony(const World* world, std::uint32_t row) noexcept {
  using namespace cherub::engine;
  const WorldState& state = world->state();
  return present(state, row) ? double{state.ecology->colony[state.columns.species[row]]} : 1;
}

double cherub_sense_light(const World* world) noexcept {
  using namespace cherub::engine;
  return world->state().ecology ? light_now(world->state()) : 1;
}

double cherub_sense_temperature(const World* world) noexcept {
  using namespace cherub::engine;
  constexpr double kMild = 20;
  return world->state().ecology ? temperature_now(world->state()) : kMild;
}

}  // extern "C"
