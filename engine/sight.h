#pragma once

#include <span>

#include "engine/grid.h"
#include "engine/terrain.h"

// What walls hide.
namespace cherub::engine {

struct WorldState;

struct Point {
  double x = 0, y = 0, z = 0;
};

// Whether no wall lies between two points: no cell that the straight line passes is one, but for
// the cells of the points themselves; so a wall's own face can be seen. Symmetric. Where the line
// meets an edge of cells exactly it goes by x first, then y. Points far outside see nothing.
bool line_of_sight(const Terrain& terrain, const Point& from, const Point& to);

// Where walls hide, only so many nearest entities of a query are looked at: who stands behind more
// of them is not seen.
inline constexpr std::size_t kSightCandidatesMax = 256;

// What is as near as that is felt, whatever the agent looks at, m.
inline constexpr double kTouch_m = 1.75;

// Grid::neighbors of those that the agent of the row, which stands in the query's centre, can see.
// Returns how many.
std::size_t visible_neighbors(const WorldState& state, std::uint32_t row, const GridQuery& query,
                              std::span<GridHit> hits);
// How many of the nearest kSightCandidatesMax can be seen.
std::size_t count_visible(const WorldState& state, std::uint32_t row, const GridQuery& query);
// Whether the agent of the row looks so that it can see the point: it lies within half the angle of
// view to each side of the heading, up and down as well, or within kTouch_m.
bool is_in_view(const WorldState& state, std::uint32_t row, const Point& point);
// Whether the agent of the row sees the point: within its senses, in its view, and not behind a
// wall where walls hide.
bool sees(const WorldState& state, std::uint32_t row, const Point& point);

}  // namespace cherub::engine
