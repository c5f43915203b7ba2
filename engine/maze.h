#pragma once

#include <cstdint>

#include "engine/gait.h"
#include "engine/scenario.h"
#include "engine/terrain.h"

namespace cherub::engine {

// What a generator knows about its work. Distances are along centres of cells next to each other,
// by the gait of those who look for the target, m.
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
// Caves, town, tower: voxel_worlds.h. `gait` is that of those who look for the target.
GeneratedTerrain generate_terrain(const TerrainSpec& spec, std::uint64_t seed,
                                  const Gait& gait = {});

}  // namespace cherub::engine
