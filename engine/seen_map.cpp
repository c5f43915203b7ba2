#include "engine/seen_map.h"

#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>

#include "engine/base/hash.h"
#include "engine/base/random.h"
#include "engine/sight.h"
#include "engine/tasks.h"
#include "engine/world_state.h"

namespace cherub::engine {
namespace {

constexpr std::size_t kWordBits = 64;

std::size_t words_of(const Terrain& terrain) {
  return (terrain.blocks.size() + kWordBits - 1) / kWordBits;
}

std::size_t rows_with_maps(const WorldState& state) {
  const std::size_t bytes = words_of(state.terrain) * sizeof(std::uint64_t);
  return std::min(state.columns.size(), kMapBytesMax / std::max<std::size_t>(1, bytes));
}

// The voxels along one axis whose centres may be within the radius: first and one behind the last.
struct Reach {
  std::int32_t first, end;
  Reach(double centre, double radius, std::uint32_t size)
      : first(static_cast<std::int32_t>(std::max(0.0, std::floor(centre - radius)))),
        end(static_cast<std::int32_t>(
            std::min(static_cast<double>(size), std::floor(centre + radius) + 1))) {}
};

bool looked_before(SeenMap& map, const Columns& columns, std::uint32_t row) {
  const bool same = map.x == columns.x[row] && map.y == columns.y[row] && map.z == columns.z[row] &&
                    map.heading == columns.heading[row];
  map.x = columns.x[row];
  map.y = columns.y[row];
  map.z = columns.z[row];
  map.heading = columns.heading[row];
  return same;
}

void look(const WorldState& state, std::uint32_t row, SeenMap& map) {
  const Terrain& terrain = state.terrain;
  if (looked_before(map, state.columns, row)) return;
  if (map.bits.empty()) map.bits.assign(words_of(terrain), 0);
  const double radius = state.rules_of(row).sense_radius;
  const Reach over_x(double{map.x}, radius, terrain.width);
  const Reach over_y(double{map.y}, radius, terrain.depth);
  const Reach over_z(double{map.z}, radius, terrain.height);
  for (std::int32_t z = over_z.first; z < over_z.end; ++z) {
    for (std::int32_t y = over_y.first; y < over_y.end; ++y) {
      for (std::int32_t x = over_x.first; x < over_x.end; ++x) {
        const std::size_t index = terrain.index({x, y, z});
        if (map.knows(index) || state.is_buried(index)) continue;
        if (sees(state, row, {x + 0.5, y + 0.5, z + 0.5})) map.add(terrain, index);
      }
    }
  }
}

}  // namespace

void SeenMap::add(const Terrain& terrain, std::size_t index) {
  bits[index / kWordBits] |= std::uint64_t{1} << (index % kWordBits);
  hash += base::mix64(index + 1);
  const Cell cell = terrain.cell(index);
  open += terrain.passable(cell.x, cell.y, cell.z) ? 1 : 0;
}

void look_around(WorldState& state) {
  if (!state.scenario.keeps_map) return;
  state.maps.resize(rows_with_maps(state));
  const std::span<const std::uint32_t> agents(state.agent_rows);
  run_tasks(state, agents.size(), [&](std::size_t first, std::size_t last, TaskLog&) {
    for (; first < last && agents[first] < state.maps.size(); ++first) {
      look(state, agents[first], state.maps[agents[first]]);
    }
  });
}

void forget_map(WorldState& state, std::uint32_t row) {
  if (row < state.maps.size()) state.maps[row] = {};
}

std::uint64_t hash_of(const std::vector<SeenMap>& maps) {
  std::uint64_t sum = 0;
  for (std::size_t row = 0; row < maps.size(); ++row) {
    if (maps[row].hash != 0) sum += base::mix64(maps[row].hash ^ base::mix64(row));
  }
  return sum;
}

std::string seen_map_text(const SeenMap& map) {
  std::string text;
  for (const std::uint64_t word : map.bits) text += base::hex64(word);
  return text;
}

bool read_seen_map(std::string_view text, const Terrain& terrain, SeenMap& map) {
  constexpr std::size_t kDigits = 16;
  map = {};
  if (text.empty()) return true;
  if (text.size() != kDigits * words_of(terrain)) return false;
  map.bits.assign(words_of(terrain), 0);
  for (std::size_t i = 0; i < map.bits.size(); ++i) {
    const char* const first = text.data() + i * kDigits;
    std::uint64_t word = 0;
    const auto [end, status] = std::from_chars(first, first + kDigits, word, 16);
    if (status != std::errc{} || end != first + kDigits) return false;
    for (; word != 0; word &= word - 1) {
      const std::size_t index = i * kWordBits + static_cast<std::size_t>(std::countr_zero(word));
      if (index >= terrain.blocks.size()) return false;
      map.add(terrain, index);
    }
  }
  return true;
}

}  // namespace cherub::engine
