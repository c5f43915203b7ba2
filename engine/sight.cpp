#include "engine/sight.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <tuple>

#include "engine/angle.h"
#include "engine/senses.h"
#include "engine/world_state.h"

namespace cherub::engine {
namespace {

constexpr double kFullTurn = 6.283185307179586;

// A line along one axis: cells still to go, and where on the way, from 0 to 1, the next begins.
struct Axis {
  std::int64_t cell = 0, step = 0, left = 0;
  double next = std::numeric_limits<double>::infinity();
  double from = 0, way = 0;

  Axis(double begin, double end) : cell(cell_at(begin)), from(begin), way(end - begin) {
    const std::int64_t last = cell_at(end);
    step = last > cell ? 1 : -1;
    left = std::abs(last - cell);
    look_ahead();
  }
  void advance() {
    cell += step;
    --left;
    look_ahead();
  }

 private:
  void look_ahead() {
    next = left > 0 ? (static_cast<double>(step > 0 ? cell + 1 : cell) - from) / way
                    : std::numeric_limits<double>::infinity();
  }
};

Point centre_of(const GridQuery& query) {
  return {query.x, query.y, query.z};
}

std::size_t drop_hidden(const WorldState& state, std::uint32_t row, const GridQuery& query,
                        std::span<GridHit> hits) {
  const Point eye = centre_of(query);
  const auto hidden = [&](const GridHit& hit) {
    const Point point{hit.entry.x, hit.entry.y, hit.entry.z};
    if (!is_in_view(state, row, point)) return true;
    return state.walls_hide && !line_of_sight(state.terrain, eye, point);
  };
  return static_cast<std::size_t>(std::remove_if(hits.begin(), hits.end(), hidden) - hits.begin());
}

}  // namespace

bool line_of_sight(const Terrain& terrain, const Point& from, const Point& to) {
  const auto order = [](const Point& point) { return std::tuple(point.x, point.y, point.z); };
  const auto inside = [&](const Point& point) {
    return point.x >= 0 && point.y >= 0 && point.z >= 0 && point.x <= terrain.width &&
           point.y <= terrain.depth && point.z <= terrain.height;  // false for what is no number
  };
  if (!inside(from) || !inside(to)) return false;
  // Always from the same end, so that rounding cannot make a difference between the two.
  const Point& begin = order(from) < order(to) ? from : to;
  const Point& end = &begin == &from ? to : from;
  Axis x(begin.x, end.x), y(begin.y, end.y), z(begin.z, end.z);
  for (std::int64_t cells = x.left + y.left + z.left; cells > 1; --cells) {
    Axis& nearest = x.next <= y.next ? (x.next <= z.next ? x : z) : (y.next <= z.next ? y : z);
    nearest.advance();
    if (terrain.at(x.cell, y.cell, z.cell) == Block::kWall) return false;
  }
  return true;
}

bool is_in_view(const WorldState& state, std::uint32_t row, const Point& point) {
  const double half = state.rules_of(row).view_half;
  if (half == 0) return true;
  const Columns& columns = state.columns;
  const double dx = point.x - double{columns.x[row]}, dy = point.y - double{columns.y[row]};
  const double dz = point.z - double{columns.z[row]};
  const double flat = dx * dx + dy * dy;
  if (flat + dz * dz <= kTouch_m * kTouch_m) return true;
  const float side = direction_angle(static_cast<float>(dx), static_cast<float>(dy));
  if (std::abs(std::remainder(double{side} - double{columns.heading[row]}, kFullTurn)) > half) {
    return false;
  }
  const float rise = direction_angle(static_cast<float>(std::sqrt(flat)), static_cast<float>(dz));
  return std::abs(double{rise}) <= half;
}

std::size_t visible_neighbors(const WorldState& state, std::uint32_t row, const GridQuery& query,
                              std::span<GridHit> hits) {
  std::array<GridHit, kSightCandidatesMax> candidates;
  const std::size_t near = state.grid.neighbors(query, candidates);
  const std::size_t seen = drop_hidden(state, row, query, std::span(candidates).first(near));
  const std::size_t count = std::min(seen, hits.size());
  std::copy_n(candidates.begin(), count, hits.begin());
  return count;
}

std::size_t count_visible(const WorldState& state, std::uint32_t row, const GridQuery& query) {
  std::array<GridHit, kSightCandidatesMax> candidates;
  return visible_neighbors(state, row, query, candidates);
}

bool sees(const WorldState& state, std::uint32_t row, const Point& point) {
  const Columns& columns = state.columns;
  const Point eye{columns.x[row], columns.y[row], columns.z[row]};
  const double dx = point.x - eye.x, dy = point.y - eye.y, dz = point.z - eye.z;
  const double radius = state.rules_of(row).sense_radius;
  // Also false for what is no number.
  if (!(dx * dx + dy * dy + dz * dz <= radius * radius)) return false;
  if (!is_in_view(state, row, point)) return false;
  return !state.walls_hide || line_of_sight(state.terrain, eye, point);
}

}  // namespace cherub::engine

extern "C" {

std::int32_t cherub_sense_line_of_sight(const cherub::engine::World* world, std::uint32_t row,
                                        double x, double y, double z) noexcept {
  using namespace cherub::engine;
  const WorldState& state = world->state();
  if (row >= state.columns.size() || state.columns.alive[row] == 0) return 0;
  const Point eye{state.columns.x[row], state.columns.y[row], state.columns.z[row]};
  const Point point{x, y, z};
  return sees(state, row, point) && line_of_sight(state.terrain, eye, point) ? 1 : 0;
}

std::int32_t cherub_sense_voxel(const cherub::engine::World* world, std::uint32_t row, double x,
                                double y, double z) noexcept {
  using namespace cherub::engine;
  const WorldState& state = world->state();
  if (row >= state.columns.size() || state.columns.alive[row] == 0) return -1;
  if (!sees(state, row, {x, y, z})) return -1;
  return static_cast<std::int32_t>(state.terrain.at(cell_at(x), cell_at(y), cell_at(z)));
}

}  // extern "C"
