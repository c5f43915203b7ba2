#include "server/pov.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "engine/senses.h"
#include "engine/sight.h"

namespace cherub::server {
namespace {

// The cells of one axis that a sphere reaches, cut to the world: first and one behind the last.
std::pair<std::uint32_t, std::uint32_t> cells_around(double centre, double radius,
                                                     std::uint32_t size) {
  const double first = std::clamp(std::floor(centre - radius), 0.0, static_cast<double>(size));
  const double end = std::clamp(std::floor(centre + radius) + 1, 0.0, static_cast<double>(size));
  return {static_cast<std::uint32_t>(first), static_cast<std::uint32_t>(end)};
}

}  // namespace

Pov::Pov(std::uint32_t row, std::shared_ptr<FrameStream> world, std::shared_ptr<FrameStream> agents)
    : row_(row), world_(std::move(world)), agents_(std::move(agents)) {}

void Pov::look(const engine::World& world, std::uint64_t tick) {
  const engine::Columns& columns = world.columns();
  const bool there = row_ < columns.size() && columns.alive[row_] != 0;
  const engine::Terrain& terrain = world.terrain();
  const bool resized = seen_.width != terrain.width || seen_.depth != terrain.depth ||
                       seen_.height != terrain.height;
  const bool other = there && columns.generation[row_] != generation_;
  const bool rewound = tick < last_tick_;
  if (resized || other || rewound)
    forget(world);
  else if (tick < next_tick_)
    return;
  if (there) generation_ = columns.generation[row_];
  last_tick_ = tick;
  next_tick_ = tick + static_cast<std::uint64_t>(std::ceil(kPovIntervalS / world.tick_s()));
  if (there) see_voxels(world);
  if (world_->watched() && !seen_.blocks.empty()) world_->publish(tick, seen_);
  if (agents_->watched()) {
    agents_->publish(tick, there ? seen_entities(world) : AgentsImage{});
  }
}

void Pov::forget(const engine::World& world) {
  const engine::Terrain& terrain = world.terrain();
  if (terrain.blocks.size() > kFrameVoxelsMax) return;
  seen_ = {terrain.width, terrain.depth, terrain.height, {}};
  seen_.blocks.assign(terrain.blocks.size(), kVoxelUnknown);
}

void Pov::see_voxels(const engine::World& world) {
  if (seen_.blocks.empty()) return;
  const engine::Columns& columns = world.columns();
  const double radius = world.scenario().species[columns.species[row_]].sense_radius;
  const auto [x_first, x_end] = cells_around(columns.x[row_], radius, seen_.width);
  const auto [y_first, y_end] = cells_around(columns.y[row_], radius, seen_.depth);
  const auto [z_first, z_end] = cells_around(columns.z[row_], radius, seen_.height);
  for (std::uint32_t z = z_first; z < z_end; ++z) {
    for (std::uint32_t y = y_first; y < y_end; ++y) {
      for (std::uint32_t x = x_first; x < x_end; ++x) {
        std::uint8_t& voxel =
            seen_.blocks[x + std::size_t{seen_.width} * (y + std::size_t{seen_.depth} * z)];
        const std::int32_t block =
            engine::cherub_sense_voxel(&world, row_, x + 0.5, y + 0.5, z + 0.5);
        if (block >= 0) voxel = static_cast<std::uint8_t>(block);
      }
    }
  }
}

AgentsImage Pov::seen_entities(const engine::World& world) const {
  const engine::Columns& columns = world.columns();
  AgentsImage image;
  const auto rows = static_cast<std::uint32_t>(columns.size());
  for (std::uint32_t row = 0; row < rows && image.entities.size() < kFrameEntitiesMax; ++row) {
    if (columns.alive[row] == 0) continue;
    const engine::Point point{columns.x[row], columns.y[row], columns.z[row]};
    if (row == row_ || engine::sees(world.state(), row_, point)) {
      image.entities.push_back(drawn_entity(columns, row));
    }
  }
  return image;
}

}  // namespace cherub::server
