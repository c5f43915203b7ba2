#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "engine/terrain.h"

// What agents have seen of the world, voxel by voxel, where the scenario keeps maps.
namespace cherub::engine {

struct WorldState;

inline constexpr std::uint32_t kMapVoxelsMax = 1u << 20;
// Of all maps together: agents in rows beyond what fits remember nothing.
inline constexpr std::size_t kMapBytesMax = std::size_t{64} << 20;

// One agent's map. A voxel that was seen stays known: terrain does not change.
struct SeenMap {
  std::vector<std::uint64_t> bits;  // by Terrain::index; empty: nothing was seen yet
  std::uint64_t hash = 0;           // a sum over what is known, so the order does not matter
  std::uint32_t open = 0;           // known voxels that can be passed
  // Where the agent last looked around from: who neither moves nor turns sees nothing new.
  float x = std::numeric_limits<float>::quiet_NaN(), y = 0, z = 0, heading = 0;

  [[nodiscard]] bool knows(std::size_t index) const {
    return !bits.empty() && (bits[index / 64] >> (index % 64) & 1) != 0;
  }
  void add(const Terrain& terrain, std::size_t index);
};

// Every agent with a map notes what it sees now.
void look_around(WorldState& state);
// A row begins with an empty map, and leaves none behind.
void forget_map(WorldState& state, std::uint32_t row);
// Of all maps; 0 where none are kept.
std::uint64_t hash_of(const std::vector<SeenMap>& maps);

// A map as 16 hexadecimal digits for each 64 voxels; empty when nothing is known.
std::string seen_map_text(const SeenMap& map);
// False when the text is not that of a map of the terrain.
bool read_seen_map(std::string_view text, const Terrain& terrain, SeenMap& map);

// The terrain as far as a map knows it; what it does not know neither carries nor lets pass.
struct KnownGround {
  const Terrain& terrain;
  const SeenMap& map;

  [[nodiscard]] Block at(std::int64_t x, std::int64_t y, std::int64_t z) const {
    const bool inside =
        x >= 0 && y >= 0 && z >= 0 && x < terrain.width && y < terrain.depth && z < terrain.height;
    if (!inside) return Block::kWall;  // everybody knows where the world ends
    const Cell cell{static_cast<std::int32_t>(x), static_cast<std::int32_t>(y),
                    static_cast<std::int32_t>(z)};
    const std::size_t index = terrain.index(cell);
    return map.knows(index) ? static_cast<Block>(terrain.blocks[index]) : Block::kWater;
  }
  [[nodiscard]] bool passable(std::int64_t x, std::int64_t y, std::int64_t z) const {
    const Block block = at(x, y, z);
    return block == Block::kOpen || block == Block::kHazard;
  }
};

}  // namespace cherub::engine
