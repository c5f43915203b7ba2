#include "engine/senses.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "engine/sight.h"
#include "engine/world_state.h"

namespace cherub::engine {
namespace {

bool present(const WorldState& state, std::uint32_t row) {
  return row < state.columns.size() && state.columns.alive[row] != 0;
}

SpeciesMask mask_of(const WorldState& state, const SpeciesRules& rules, std::int32_t species) {
  if (species == kFoodSpecies) return rules.diet;
  if (species == kThreatSpecies) return rules.threats;
  if (species == kRoostSpecies) return rules.roost;
  if (species == kAnySpecies) return ~SpeciesMask{0};
  const bool known = species >= 0 && std::size_t(species) < state.rules.size();
  return known ? SpeciesMask{1} << species : 0;
}

GridQuery query_around(const WorldState& state, std::uint32_t row, std::int32_t species,
                       double radius) {
  const Columns& columns = state.columns;
  const SpeciesRules& rules = state.rules_of(row);
  GridQuery query;
  query.x = columns.x[row];
  query.y = columns.y[row];
  query.z = columns.z[row];
  // Written so that a radius that is not a number sees nothing.
  query.radius = radius >= 0 ? std::min(radius, rules.sense_radius) : -1;
  query.species = mask_of(state, rules, species);
  // To leave somebody out costs time; who is not looked for need not be.
  if ((query.species >> columns.species[row] & 1) != 0) query.exclude_row = row;
  return query;
}

Sighting sighting_of(const GridHit& hit) {
  return {1,           hit.species, static_cast<double>(hit.id),    hit.entry.x,
          hit.entry.y, hit.entry.z, std::sqrt(hit.distance_squared)};
}

// The share of the ray (from + t * direction, t in [0, limit]) before it enters the square of half
// width `half` around (centre_x, centre_y); `limit` when it misses.
struct Ray {
  double x, y, dx, dy;
};

double entry_into_square(const Ray& ray, double centre_x, double centre_y, double half,
                         double limit) {
  double enter = 0, leave = limit;
  const auto cut = [&](double from, double direction, double low, double high) {
    if (direction == 0) {
      if (from <= low || from >= high) leave = -1;
      return;
    }
    const double a = (low - from) / direction, b = (high - from) / direction;
    enter = std::max(enter, std::min(a, b));
    leave = std::min(leave, std::max(a, b));
  };
  cut(ray.x, ray.dx, centre_x - half, centre_x + half);
  cut(ray.y, ray.dy, centre_y - half, centre_y + half);
  return enter < leave ? enter : limit;
}

// Sweeps a square body: the first wall that its centre's ray meets when walls are grown by the
// body.
double clear_way(const Terrain& terrain, std::int64_t layer, const Ray& ray, double body_radius,
                 double limit) {
  double clear = limit;
  // Every wall that the body can touch within one metre of the way is next to a sample's cell.
  for (double along = 0; along - 1 <= clear; along += 0.5) {
    const auto cell_x = cell_at(ray.x + ray.dx * along);
    const auto cell_y = cell_at(ray.y + ray.dy * along);
    for (std::int64_t y = cell_y - 1; y <= cell_y + 1; ++y) {
      for (std::int64_t x = cell_x - 1; x <= cell_x + 1; ++x) {
        if (terrain.passable(x, y, layer)) continue;
        clear = entry_into_square(ray, static_cast<double>(x) + 0.5, static_cast<double>(y) + 0.5,
                                  0.5 + body_radius, clear);
      }
    }
  }
  return clear;
}

}  // namespace
}  // namespace cherub::engine

using cherub::engine::GridHit;
using cherub::engine::Sighting;
using cherub::engine::World;

extern "C" {

void cherub_sense_nearest(const World* world, std::uint32_t row, std::int32_t species,
                          double radius, Sighting* out) noexcept {
  using namespace cherub::engine;
  const WorldState& state = world->state();
  GridHit hit;
  if (!present(state, row)) {
    *out = {};
    return;
  }
  const GridQuery query = query_around(state, row, species, radius);
  const bool found = state.hides() ? visible_neighbors(state, row, query, {&hit, 1}) > 0
                                   : state.grid.nearest(query, hit);
  *out = found ? sighting_of(hit) : Sighting{};
}

std::int32_t cherub_sense_neighbors(const World* world, std::uint32_t row, std::int32_t species,
                                    double radius, Sighting* out) noexcept {
  using namespace cherub::engine;
  const WorldState& state = world->state();
  if (!present(state, row)) return 0;
  std::array<GridHit, kNeighborsMax> hits;
  const GridQuery query = query_around(state, row, species, radius);
  const std::size_t count = state.hides() ? visible_neighbors(state, row, query, hits)
                                          : state.grid.neighbors(query, hits);
  for (std::size_t i = 0; i < count; ++i) out[i] = sighting_of(hits[i]);
  return static_cast<std::int32_t>(count);
}

std::int32_t cherub_sense_count(const World* world, std::uint32_t row, std::int32_t species,
                                double radius) noexcept {
  using namespace cherub::engine;
  const WorldState& state = world->state();
  if (!present(state, row)) return 0;
  const GridQuery query = query_around(state, row, species, radius);
  return static_cast<std::int32_t>(state.hides() ? count_visible(state, row, query)
                                                 : state.grid.count(query));
}

void cherub_sense_target(const World* world, std::uint32_t row, Sighting* out) noexcept {
  using namespace cherub::engine;
  const WorldState& state = world->state();
  *out = {};
  const Sighting* target = world->target();
  if (target == nullptr || !present(state, row)) return;
  *out = *target;
  const double dx = target->x - double{state.columns.x[row]};
  const double dy = target->y - double{state.columns.y[row]};
  const double dz = target->z - double{state.columns.z[row]};
  out->distance = std::sqrt(dx * dx + dy * dy + dz * dz);
}

std::int32_t cherub_sense_tile(const World* world, std::uint32_t row, double x, double y) noexcept {
  using namespace cherub::engine;
  const WorldState& state = world->state();
  if (!present(state, row)) return -1;
  const double z = state.columns.z[row];
  if (!sees(state, row, {x, y, z})) return -1;
  const std::int64_t layer = cell_at(z);
  return static_cast<std::int32_t>(state.terrain.at(cell_at(x), cell_at(y), layer));
}

double cherub_sense_clear(const World* world, std::uint32_t row, double dx, double dy,
                          double limit) noexcept {
  using namespace cherub::engine;
  const WorldState& state = world->state();
  if (!present(state, row) || !std::isfinite(dx) || !std::isfinite(dy)) return 0;
  // Scaled first, so that the square of a huge component stays finite.
  const double largest = std::max(std::abs(dx), std::abs(dy));
  if (!(limit > 0) || largest == 0) return 0;
  const double along_x = dx / largest, along_y = dy / largest;
  const double length = std::sqrt(along_x * along_x + along_y * along_y);
  const Columns& columns = state.columns;
  const Ray ray{columns.x[row], columns.y[row], along_x / length, along_y / length};
  const SpeciesRules& rules = state.rules_of(row);
  const auto layer = static_cast<std::int64_t>(columns.z[row]);
  return clear_way(state.terrain, layer, ray, state.scenario.species[columns.species[row]].radius,
                   std::min(limit, rules.sense_radius));
}

}  // extern "C"
