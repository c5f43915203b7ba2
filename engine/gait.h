#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "engine/terrain.h"

// How bodies get from voxel to voxel: the graph that generators, metrics and senses search, and
// that movement keeps to.
namespace cherub::engine {

enum class Motion : std::uint8_t {
  kPlane,  // within its layer, as if there were no others
  kWalk,   // on what is solid; climbs steps
  kFly,    // up and down too
};

struct Gait {
  Motion motion = Motion::kPlane;
  std::int32_t climb = 0;  // kWalk: voxels that one step may lead up or down, 0 or 1
};
inline constexpr std::int32_t kClimbMax = 1;

// East, north, west, south: the order in which equal ways are preferred everywhere.
inline constexpr std::array<Cell, 4> kSides = {{{1, 0, 0}, {0, 1, 0}, {-1, 0, 0}, {0, -1, 0}}};

// A wall or the ground below the map under an open voxel. Only walls carry; water does not.
template <class Ground>
bool is_standable(const Ground& ground, Cell cell) {
  return ground.passable(cell.x, cell.y, cell.z) &&
         ground.at(cell.x, cell.y, std::int64_t{cell.z} - 1) == Block::kWall;
}

// Whether a body can be there: open, and for walkers something to stand on.
template <class Ground>
bool is_place(const Ground& ground, const Gait& gait, Cell cell) {
  return gait.motion == Motion::kWalk ? is_standable(ground, cell)
                                      : ground.passable(cell.x, cell.y, cell.z);
}

// The layer in which who stands at `from` comes to stand in the column next to it, or nothing when
// there is no way in. A step leads up or down by at most `climb`, through open voxels only, so it
// can be gone back. `Ground` has at() and passable() as Terrain.
template <class Ground>
std::optional<std::int32_t> step_level(const Ground& ground, const Gait& gait, Cell from,
                                       std::int32_t x, std::int32_t y) {
  const bool level = ground.passable(x, y, from.z);
  if (gait.motion != Motion::kWalk) return level ? std::optional(from.z) : std::nullopt;
  if (level) {
    for (std::int32_t down = 0; down <= gait.climb; ++down) {
      const Cell next{x, y, from.z - down};
      if (!ground.passable(x, y, next.z)) return std::nullopt;
      if (is_standable(ground, next)) return next.z;
    }
    return std::nullopt;
  }
  for (std::int32_t up = 1; up <= gait.climb; ++up) {
    if (!ground.passable(from.x, from.y, from.z + up)) return std::nullopt;
    const Cell next{x, y, from.z + up};
    if (is_standable(ground, next)) return next.z;
    if (ground.passable(x, y, next.z)) return std::nullopt;
  }
  return std::nullopt;
}

// Calls visit(cell) for the places that one step leads to: east, north, west, south, up, down.
template <class Ground, class Visit>
void for_each_step(const Ground& ground, const Gait& gait, Cell from, Visit&& visit) {
  for (const Cell side : kSides) {
    const std::int32_t x = from.x + side.x, y = from.y + side.y;
    if (const auto level = step_level(ground, gait, from, x, y)) visit(Cell{x, y, *level});
  }
  if (gait.motion != Motion::kFly) return;
  for (const std::int32_t dz : {1, -1}) {
    if (ground.passable(from.x, from.y, from.z + dz)) visit(Cell{from.x, from.y, from.z + dz});
  }
}

enum class HazardPolicy { kAvoid, kWalkThrough };
inline constexpr std::int32_t kUnreachable = -1;

// For every voxel (Terrain::index) the number of steps to `goal`, or kUnreachable. Steps can be
// gone both ways.
std::vector<std::int32_t> steps_to(const Terrain& terrain, Cell goal, HazardPolicy policy,
                                   const Gait& gait = {});

// All places that can be reached from `from`, itself first, in the order of their distance; marks
// them in `met` (by Terrain::index) and leaves out what was marked there before.
std::vector<Cell> reachable(const Terrain& terrain, const Gait& gait, Cell from,
                            std::vector<std::uint8_t>& met);

}  // namespace cherub::engine
