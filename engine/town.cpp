#include <algorithm>
#include <vector>

#include "engine/voxel_worlds.h"

namespace cherub::engine {
namespace {

constexpr std::uint32_t kStreetWidth = 2;
constexpr std::uint32_t kBlockMin = 2, kBlockMax = 5;  // sides of a block of houses

// What a side of the town is cut into, street by street: where blocks begin and end.
struct Stretch {
  std::uint32_t begin, end;
};

std::vector<Stretch> blocks_along(std::uint32_t side, base::RandomStream& random) {
  std::vector<Stretch> stretches;
  std::uint32_t at = 1 + kStreetWidth;
  while (at + kBlockMin + kStreetWidth + 1 <= side) {
    const auto wish =
        static_cast<std::uint32_t>(kBlockMin + random.below(kBlockMax - kBlockMin + 1));
    const std::uint32_t length = std::min(wish, side - 1 - kStreetWidth - at);
    stretches.push_back({at, at + length});
    at += length + kStreetWidth;
  }
  return stretches;
}

}  // namespace

Terrain make_town(const TerrainSpec& spec, base::RandomStream& random) {
  Terrain terrain{spec.width, spec.depth, spec.height, {}};
  terrain.blocks.assign(std::size_t{spec.width} * spec.depth * spec.height,
                        static_cast<std::uint8_t>(Block::kOpen));
  const auto fill = [&](Stretch x, Stretch y, std::uint32_t height) {
    for (std::uint32_t z = 0; z < height; ++z) {
      for (std::uint32_t at_y = y.begin; at_y < y.end; ++at_y) {
        for (std::uint32_t at_x = x.begin; at_x < x.end; ++at_x) {
          const Cell cell{static_cast<std::int32_t>(at_x), static_cast<std::int32_t>(at_y),
                          static_cast<std::int32_t>(z)};
          terrain.blocks[terrain.index(cell)] = static_cast<std::uint8_t>(Block::kWall);
        }
      }
    }
  };
  const auto columns = blocks_along(spec.width, random), rows = blocks_along(spec.depth, random);
  for (const Stretch row : rows) {
    for (const Stretch column : columns) {
      const bool is_square = random.uniform() < spec.openness;
      // One layer below the sky at most, so that who flies gets over every house.
      const auto height = static_cast<std::uint32_t>(1 + random.below(spec.height - 1));
      if (!is_square) fill(column, row, height);
    }
  }
  fill({0, spec.width}, {0, 1}, spec.height);
  fill({0, spec.width}, {spec.depth - 1, spec.depth}, spec.height);
  fill({0, 1}, {0, spec.depth}, spec.height);
  fill({spec.width - 1, spec.width}, {0, spec.depth}, spec.height);
  return terrain;
}

}  // namespace cherub::engine
