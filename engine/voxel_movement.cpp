#include "engine/voxel_movement.h"

#include <algorithm>
#include <cmath>

#include "engine/angle.h"
#include "engine/slide.h"
#include "engine/world_state.h"

namespace cherub::engine {
namespace {

constexpr double kFullTurn = 6.283185307179586;

Cell cell_of(const BodyPlace& place) {
  return {static_cast<std::int32_t>(cell_at(place.x)), static_cast<std::int32_t>(cell_at(place.y)),
          static_cast<std::int32_t>(cell_at(place.z))};
}

// One after the other: x, then y, each from the layer that the one before it led to. Where a body's
// edge is over a column, its centre need not get there: what was a step for the edge may be too
// high from the layer that the centre came to meanwhile.
BodyPlace walk(const Terrain& terrain, const SpeciesRules& rules, BodyPlace from, BodyPlace wish) {
  Cell cell = cell_of(from);
  BodyPlace place = from;
  const auto level_at = [&](std::int64_t x, std::int64_t y) {
    return step_level(terrain, rules.gait, cell, static_cast<std::int32_t>(x),
                      static_cast<std::int32_t>(y));
  };
  // Where the centre ends along one axis: as wanted, or at the border of a column that it cannot
  // enter.
  const auto step_to = [&](float wanted, std::int32_t Cell::*axis) {
    Cell next = cell;
    next.*axis = static_cast<std::int32_t>(cell_at(wanted));
    if (next.*axis == cell.*axis) return wanted;
    const auto level = level_at(next.x, next.y);
    if (!level) {
      return static_cast<float>(next.*axis > cell.*axis ? next.*axis - kSkin_m
                                                        : cell.*axis + kSkin_m);
    }
    next.z = *level;
    cell = next;
    return wanted;
  };
  const Breadth over_y(from.y, rules.body_radius);
  place.x = slide(from.x, wish.x, rules.body_radius, [&](std::int64_t along) {
    for (std::int64_t side = over_y.low; side <= over_y.high; ++side) {
      if (!level_at(along, side)) return false;
    }
    return true;
  });
  place.x = step_to(place.x, &Cell::x);
  const Breadth over_x(place.x, rules.body_radius);
  place.y = slide(from.y, wish.y, rules.body_radius, [&](std::int64_t along) {
    for (std::int64_t side = over_x.low; side <= over_x.high; ++side) {
      if (!level_at(side, along)) return false;
    }
    return true;
  });
  place.y = step_to(place.y, &Cell::y);
  place.z = static_cast<float>(cell.z) + height_in_cell(rules.gait);
  return place;
}

BodyPlace fly(const Terrain& terrain, float radius, BodyPlace from, BodyPlace wish) {
  const auto all_open = [](Breadth first, Breadth second, auto&& is_open) {
    for (std::int64_t a = first.low; a <= first.high; ++a) {
      for (std::int64_t b = second.low; b <= second.high; ++b) {
        if (!is_open(a, b)) return false;
      }
    }
    return true;
  };
  BodyPlace place = from;
  place.x = slide(from.x, wish.x, radius, [&](std::int64_t x) {
    return all_open(Breadth(place.y, radius), Breadth(place.z, radius),
                    [&](std::int64_t y, std::int64_t z) { return terrain.passable(x, y, z); });
  });
  place.y = slide(from.y, wish.y, radius, [&](std::int64_t y) {
    return all_open(Breadth(place.x, radius), Breadth(place.z, radius),
                    [&](std::int64_t x, std::int64_t z) { return terrain.passable(x, y, z); });
  });
  place.z = slide(from.z, wish.z, radius, [&](std::int64_t z) {
    return all_open(Breadth(place.x, radius), Breadth(place.y, radius),
                    [&](std::int64_t x, std::int64_t y) { return terrain.passable(x, y, z); });
  });
  return place;
}

double gap(const GridEntry& entry, const BodyPlace& place) {
  const double dx = double{entry.x} - double{place.x}, dy = double{entry.y} - double{place.y};
  const double dz = double{entry.z} - double{place.z};
  return std::sqrt(dx * dx + dy * dy + dz * dz);
}

// Whether the nearest obstacle at `place` is touched there and nearer than it was before.
bool runs_into_obstacle(const WorldState& state, std::uint32_t row, const BodyPlace& from,
                        const BodyPlace& place) {
  if (state.obstacle_species == 0) return false;
  const double radius = state.rules_of(row).body_radius;
  GridQuery query;
  query.x = place.x;
  query.y = place.y;
  query.z = place.z;
  query.radius = radius + state.obstacle_radius_max;
  query.species = state.obstacle_species;
  GridHit hit;
  if (!state.grid.nearest(query, hit)) return false;
  const double touch = radius + double{state.rules[hit.species].body_radius};
  return gap(hit.entry, place) < touch && gap(hit.entry, place) < gap(hit.entry, from);
}

}  // namespace

bool turn_toward(WorldState& state, std::uint32_t row, double dx, double dy) {
  const double most = state.rules_of(row).turn_per_tick;
  if (most <= 0 || (dx == 0 && dy == 0)) return true;
  float& heading = state.columns.heading[row];
  const float wish = direction_angle(static_cast<float>(dx), static_cast<float>(dy));
  const double turn = std::remainder(double{wish} - double{heading}, kFullTurn);
  if (std::abs(turn) <= most) {
    heading = wish;
    return true;
  }
  const double turned = double{heading} + std::clamp(turn, -most, most);
  heading = static_cast<float>(std::remainder(turned, kFullTurn));
  return false;
}

BodyPlace go_in_voxels(const WorldState& state, std::uint32_t row, BodyPlace wish) {
  const Columns& columns = state.columns;
  const SpeciesRules& rules = state.rules_of(row);
  const BodyPlace from{columns.x[row], columns.y[row], columns.z[row]};
  BodyPlace place = from;
  if (rules.gait.motion == Motion::kFly) {
    place = fly(state.terrain, rules.body_radius, from, wish);
  } else {
    const Cell cell = cell_of(from);
    if (!is_standable(state.terrain, cell)) {
      const bool falls = state.terrain.passable(cell.x, cell.y, std::int64_t{cell.z} - 1);
      place.z = static_cast<float>(cell.z - (falls ? 1 : 0)) + height_in_cell(rules.gait);
      return place;
    }
    place = walk(state.terrain, rules, from, wish);
  }
  return runs_into_obstacle(state, row, from, place) ? from : place;
}

}  // namespace cherub::engine
