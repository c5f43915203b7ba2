#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace cherub::engine {

// What fills one voxel. Order is part of the recorded format.
enum class Block : std::uint8_t {
  kOpen = 0,
  kWall,    // nothing passes
  kHazard,  // passable, takes health every tick
  kWater,   // not passable on foot
};
const char* block_name(Block block);

// The cell that a coordinate lies in: its floor, without the library call that rounding costs on
// the oldest machines we build for. The coordinate must fit 63 bits.
inline std::int64_t cell_at(double position) {
  const auto cut = static_cast<std::int64_t>(position);
  return cut - (position < static_cast<double>(cut) ? 1 : 0);
}

// A voxel, by its indices.
struct Cell {
  std::int32_t x = 0, y = 0, z = 0;
  auto operator<=>(const Cell&) const = default;
};

// A box of cubic voxels, 1 m on a side, index x + width * (y + depth * z). One layer thick for flat
// worlds. Outside is wall.
struct Terrain {
  std::uint32_t width = 1, depth = 1, height = 1;
  std::vector<std::uint8_t> blocks;  // Block

  [[nodiscard]] Block at(std::int64_t cell_x, std::int64_t cell_y, std::int64_t cell_z = 0) const {
    const bool inside = cell_x >= 0 && cell_y >= 0 && cell_z >= 0 && cell_x < width &&
                        cell_y < depth && cell_z < height;
    if (!inside) return Block::kWall;
    return static_cast<Block>(
        blocks[static_cast<std::size_t>(cell_x + width * (cell_y + std::int64_t{depth} * cell_z))]);
  }
  [[nodiscard]] bool passable(std::int64_t cell_x, std::int64_t cell_y,
                              std::int64_t cell_z = 0) const {
    const Block block = at(cell_x, cell_y, cell_z);
    return block == Block::kOpen || block == Block::kHazard;
  }
  // Of a cell within the box.
  [[nodiscard]] std::size_t index(Cell cell) const {
    return static_cast<std::size_t>(cell.x) +
           std::size_t{width} * (static_cast<std::size_t>(cell.y) +
                                 std::size_t{depth} * static_cast<std::size_t>(cell.z));
  }
  [[nodiscard]] Cell cell(std::size_t index) const {
    const std::size_t row = index / width;
    return {static_cast<std::int32_t>(index % width), static_cast<std::int32_t>(row % depth),
            static_cast<std::int32_t>(row / depth)};
  }
};

}  // namespace cherub::engine
