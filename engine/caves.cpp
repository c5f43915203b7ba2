#include <algorithm>
#include <vector>

#include "engine/voxel_worlds.h"

namespace cherub::engine {
namespace {

constexpr int kRounds = 4;
constexpr int kTriesMax = 6;                           // the last of which is all open
constexpr double kRockMost = 0.58, kRockLeast = 0.46;  // at openness 0 and 1
constexpr double kHollowShareMin = 0.15;               // of the box, or it is tried again

constexpr auto kRock = static_cast<std::uint8_t>(Block::kWall);
constexpr auto kAir = static_cast<std::uint8_t>(Block::kOpen);

bool is_side(const Terrain& terrain, Cell cell) {
  return cell.x == 0 || cell.y == 0 || cell.x + 1 == static_cast<std::int32_t>(terrain.width) ||
         cell.y + 1 == static_cast<std::int32_t>(terrain.depth);
}

// Whether most of the voxel and of its neighbours in the box are rock.
bool becomes_rock(const Terrain& terrain, Cell cell) {
  int rock = 0, all = 0;
  for (std::int32_t z = cell.z - 1; z <= cell.z + 1; ++z) {
    if (z < 0 || z >= static_cast<std::int32_t>(terrain.height)) continue;
    for (std::int32_t y = cell.y - 1; y <= cell.y + 1; ++y) {
      for (std::int32_t x = cell.x - 1; x <= cell.x + 1; ++x) {
        rock += terrain.at(x, y, z) == Block::kWall ? 1 : 0;
        ++all;
      }
    }
  }
  return 2 * rock > all;
}

void wash_out(Terrain& terrain) {
  Terrain next = terrain;
  for (int round = 0; round < kRounds; ++round) {
    for (std::size_t at = 0; at < terrain.blocks.size(); ++at) {
      const Cell cell = terrain.cell(at);
      next.blocks[at] = is_side(terrain, cell) || becomes_rock(terrain, cell) ? kRock : kAir;
    }
    terrain.blocks.swap(next.blocks);
  }
}

// Fills all hollows but the largest. Returns how large that is.
std::size_t keep_largest(Terrain& terrain) {
  const Gait flying{Motion::kFly, 0};
  std::vector<std::uint8_t> met(terrain.blocks.size(), 0);
  std::vector<Cell> largest;
  for (std::size_t at = 0; at < terrain.blocks.size(); ++at) {
    if (met[at] != 0 || terrain.blocks[at] == kRock) continue;
    std::vector<Cell> hollow = reachable(terrain, flying, terrain.cell(at), met);
    if (hollow.size() > largest.size()) largest = std::move(hollow);
  }
  std::fill(terrain.blocks.begin(), terrain.blocks.end(), kRock);
  for (const Cell cell : largest) terrain.blocks[terrain.index(cell)] = kAir;
  return largest.size();
}

}  // namespace

Terrain make_caves(const TerrainSpec& spec, base::RandomStream& random) {
  Terrain terrain{spec.width, spec.depth, spec.height, {}};
  const std::size_t voxels = std::size_t{spec.width} * spec.depth * spec.height;
  for (int attempt = 0;; ++attempt) {
    const double share = 1 - static_cast<double>(attempt) / (kTriesMax - 1);
    const double rock = share * (kRockMost + (kRockLeast - kRockMost) * spec.openness);
    terrain.blocks.assign(voxels, kAir);
    for (std::size_t at = 0; at < voxels; ++at) {
      const bool is_rock = random.uniform() < rock;
      if (is_rock || is_side(terrain, terrain.cell(at))) terrain.blocks[at] = kRock;
    }
    wash_out(terrain);
    const std::size_t hollow = keep_largest(terrain);
    if (static_cast<double>(hollow) >= kHollowShareMin * static_cast<double>(voxels) ||
        attempt + 1 == kTriesMax) {
      return terrain;
    }
  }
}

}  // namespace cherub::engine
