#pragma once

#include <cstdint>
#include <vector>

#include "engine/base/result.h"
#include "engine/scenario.h"
#include "engine/terrain.h"

namespace cherub::engine {

// A column of voxels on the ground plane.
struct Cell {
  std::int32_t x = 0, y = 0;
  auto operator<=>(const Cell&) const = default;
};

// What the maze generator knows about its work. Distances are along centres of 4-connected cells,
// m.
struct MazeFacts {
  bool has_target = false;  // false on flat terrain
  Cell start, target;
  double shortest_path_m = 0;   // from start to target without a hazard
  double shortest_risky_m = 0;  // the same when hazards are walked through
};

struct GeneratedTerrain {
  Terrain terrain;
  MazeFacts facts;
};

// Flat: open ground, and water. Maze: a perfect maze on the odd cells, `openness` of its inner
// walls taken out, start in the corner, target on the cell farthest from it, then hazards. Hazards
// first try to lie on the shortest way while a detour of bounded length remains, the rest is
// scattered; a way from start to target without any hazard always exists. All layers are alike.
GeneratedTerrain generate_terrain(const TerrainSpec& spec, std::uint64_t seed);

enum class HazardPolicy { kAvoid, kWalkThrough };
inline constexpr std::int32_t kUnreachable = -1;

// For every cell of the layer (index x + width * y) the number of steps to `goal`, or kUnreachable.
std::vector<std::int32_t> steps_to(const Terrain& terrain, Cell goal, HazardPolicy policy);

}  // namespace cherub::engine
