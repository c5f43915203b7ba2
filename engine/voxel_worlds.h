#pragma once

#include <cstdint>
#include <string_view>

#include "engine/base/random.h"
#include "engine/gait.h"
#include "engine/maze.h"
#include "engine/scenario.h"
#include "engine/terrain.h"

// Generators of worlds with several layers. Each fills a box whose sides are wall; below it is
// solid ground.
namespace cherub::engine {

bool is_voxel_world(std::string_view generator);  // "caves", "town" or "tower"

inline constexpr std::uint32_t kVoxelSideMin = 9, kVoxelSideMax = 129;
inline constexpr std::uint32_t kVoxelHeightMin = 3;
inline constexpr std::uint32_t kFloorHeight = 3;  // of a tower: two open layers and a slab

// Fills the box, chooses a start and, of the places that can be reached from there, the one with
// the longest way as target. Then so many places as the hazard density asks for become hazards,
// but those of one winding way from start to target: so that a way without hazards always exists,
// and is often not the shortest one. Lengths are found by search. `gait` must not be kPlane.
GeneratedTerrain generate_voxels(const TerrainSpec& spec, std::uint64_t seed, const Gait& gait);

// Rooms and passages that wash out of random rock: cellular automata, of which the largest hollow
// stays. More openness, less rock.
Terrain make_caves(const TerrainSpec& spec, base::RandomStream& random);
// Streets around blocks of houses of different heights; openness is the share of blocks without a
// house.
Terrain make_town(const TerrainSpec& spec, base::RandomStream& random);
// Floors of rooms with doors, each with stairs to the next; openness is the share of walls between
// rooms that are missing.
Terrain make_tower(const TerrainSpec& spec, base::RandomStream& random);

}  // namespace cherub::engine
