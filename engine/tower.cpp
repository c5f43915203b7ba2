#include <algorithm>
#include <vector>

#include "engine/voxel_worlds.h"

namespace cherub::engine {
namespace {

// Rooms are squares of five cells between walls; the last of a row takes what is left.
constexpr std::uint32_t kRoomPitch = 6;

struct Span {
  std::int32_t begin, end;  // of the open cells
};

std::vector<Span> rooms_along(std::uint32_t side) {
  const std::uint32_t count = std::max(1u, (side - 1) / kRoomPitch);
  std::vector<Span> spans;
  for (std::uint32_t i = 0; i < count; ++i) {
    const auto begin = static_cast<std::int32_t>(1 + i * kRoomPitch);
    const auto end = static_cast<std::int32_t>(i + 1 == count ? side - 1 : (i + 1) * kRoomPitch);
    spans.push_back({begin, end});
  }
  return spans;
}

class TowerBuilder {
 public:
  TowerBuilder(const TerrainSpec& spec, base::RandomStream& random)
      : spec_(spec),
        random_(random),
        terrain_{spec.width, spec.depth, spec.height, {}},
        columns_(rooms_along(spec.width)),
        rows_(rooms_along(spec.depth)) {
    terrain_.blocks.assign(std::size_t{spec.width} * spec.depth * spec.height,
                           static_cast<std::uint8_t>(Block::kWall));
  }

  Terrain build() {
    const auto floors = static_cast<std::int32_t>((spec_.height + 1) / kFloorHeight);
    for (std::int32_t floor = 0; floor < floors; ++floor) furnish(floor_base(floor));
    std::size_t last = columns_.size() * rows_.size();
    for (std::int32_t floor = 0; floor + 1 < floors; ++floor) last = add_stairs(floor, last);
    return std::move(terrain_);
  }

 private:
  static std::int32_t floor_base(std::int32_t floor) {
    return floor * static_cast<std::int32_t>(kFloorHeight);
  }
  void set(std::int32_t x, std::int32_t y, std::int32_t z, Block block) {
    terrain_.blocks[terrain_.index({x, y, z})] = static_cast<std::uint8_t>(block);
  }
  void open(std::int32_t x, std::int32_t y, std::int32_t base) {
    set(x, y, base, Block::kOpen);
    set(x, y, base + 1, Block::kOpen);
  }

  // Hollows the rooms out, and a door or the whole wall between any two that lie side by side.
  void furnish(std::int32_t base) {
    for (std::size_t row = 0; row < rows_.size(); ++row) {
      for (std::size_t column = 0; column < columns_.size(); ++column) {
        const Span x = columns_[column], y = rows_[row];
        for (std::int32_t at_y = y.begin; at_y < y.end; ++at_y) {
          for (std::int32_t at_x = x.begin; at_x < x.end; ++at_x) open(at_x, at_y, base);
        }
        if (column + 1 < columns_.size()) {
          pierce(y, [&](std::int32_t at) { open(x.end, at, base); });
        }
        if (row + 1 < rows_.size()) pierce(x, [&](std::int32_t at) { open(at, y.end, base); });
      }
    }
  }

  template <class Open>
  void pierce(Span wall, Open&& open_at) {
    const bool is_missing = random_.uniform() < spec_.openness;
    const auto door =
        static_cast<std::int32_t>(random_.below(static_cast<std::uint64_t>(wall.end - wall.begin)));
    for (std::int32_t at = wall.begin; at < wall.end; ++at) {
      if (is_missing || at == wall.begin + door) open_at(at);
    }
  }

  // In the middle of a room, with free floor all around; in another one than the last stairs.
  // Two steps lead to the height of the slab, a third one onto the next floor.
  std::size_t add_stairs(std::int32_t floor, std::size_t last) {
    const std::size_t rooms = columns_.size() * rows_.size();
    std::size_t room = random_.below(rooms);
    if (room == last) room = (room + 1) % rooms;
    const Span x = columns_[room % columns_.size()], y = rows_[room / columns_.size()];
    const std::int32_t middle = (y.begin + y.end - 1) / 2, base = floor_base(floor);
    const std::int32_t first = x.begin + 1, second = x.begin + 2;
    set(first, middle, base, Block::kWall);
    set(first, middle, base + 2, Block::kOpen);
    set(second, middle, base, Block::kWall);
    set(second, middle, base + 1, Block::kWall);
    set(second, middle, base + 2, Block::kOpen);
    return room;
  }

  const TerrainSpec& spec_;
  base::RandomStream& random_;
  Terrain terrain_;
  std::vector<Span> columns_, rows_;
};

}  // namespace

Terrain make_tower(const TerrainSpec& spec, base::RandomStream& random) {
  return TowerBuilder(spec, random).build();
}

}  // namespace cherub::engine
