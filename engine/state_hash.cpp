#include <algorithm>
#include <array>

#include "engine/base/hash.h"
#include "engine/world_state.h"

namespace cherub::engine {
namespace {

// Long columns are hashed in parts, which tasks share.
constexpr std::size_t kPartBytes = std::size_t{1} << 18;

struct Bytes {
  const char* data = nullptr;
  std::size_t size = 0;
  [[nodiscard]] std::size_t parts() const { return (size + kPartBytes - 1) / kPartBytes; }
  [[nodiscard]] std::uint64_t hash_part(std::size_t part) const {
    const std::size_t at = part * kPartBytes;
    return base::hash_bytes(data + at, std::min(kPartBytes, size - at));
  }
};

template <class T>
Bytes bytes_of(const std::vector<T>& column) {
  return {reinterpret_cast<const char*>(column.data()), column.size() * sizeof(T)};
}

constexpr std::size_t kArrays = kColumnCount + 1;  // and free_rows
using Arrays = std::array<Bytes, kArrays>;

// A short array is as its only part.
std::uint64_t hash_of(std::span<const std::uint64_t> part_hashes) {
  if (part_hashes.size() == 1) return part_hashes.front();
  base::Hasher hasher;
  hasher.add(part_hashes);
  return hasher.value();
}

// One number for each of the arrays, none of which has more than one part: nothing is shared.
void hash_short(const Arrays& arrays, std::vector<ColumnHash>& hashes) {
  for (std::size_t i = 0; i < kArrays; ++i) {
    hashes[i].hash = arrays[i].size > 0 ? arrays[i].hash_part(0) : hash_of({});
  }
}

void hash_long(base::WorkerPool& pool, const Arrays& arrays, std::vector<ColumnHash>& hashes) {
  struct Part {
    std::size_t array, part;
  };
  std::vector<Part> parts;
  for (std::size_t i = 0; i < kArrays; ++i) {
    for (std::size_t part = 0; part < arrays[i].parts(); ++part) parts.push_back({i, part});
  }
  std::vector<std::uint64_t> part_hashes(parts.size());
  pool.run(parts.size(), [&](std::size_t i) {
    part_hashes[i] = arrays[parts[i].array].hash_part(parts[i].part);
  });
  std::span<const std::uint64_t> rest(part_hashes);
  for (std::size_t i = 0; i < kArrays; ++i) {
    hashes[i].hash = hash_of(rest.first(arrays[i].parts()));
    rest = rest.subspan(arrays[i].parts());
  }
}

}  // namespace

void hash_columns(const WorldState& state, std::vector<ColumnHash>& hashes) {
  Arrays arrays;
  hashes.resize(kArrays);
  std::size_t count = 0;
  const auto add = [&](std::string_view name, const auto& column) {
    hashes[count].name = name;
    arrays[count++] = bytes_of(column);
  };
  for_each_column(state.columns, [&](std::string_view name, const auto& column) {
    add(name, column);
    if (name == "reached") add("free_rows", state.free_rows);  // its place in the hash
  });
  const bool is_short = std::all_of(arrays.begin(), arrays.end(),
                                    [](const Bytes& array) { return array.parts() <= 1; });
  if (is_short) {
    hash_short(arrays, hashes);
  } else {
    hash_long(*state.pool, arrays, hashes);
  }
}

std::uint64_t hash_state(const WorldState& state, std::span<const ColumnHash> columns) {
  base::Hasher hasher;
  hasher.add(state.tick);
  hasher.add(state.seed);
  hasher.add(state.terrain_hash);
  hasher.add(std::uint64_t{state.columns.size()});
  std::array<std::uint64_t, kArrays> hashes{};
  std::transform(columns.begin(), columns.end(), hashes.begin(),
                 [](const ColumnHash& column) { return column.hash; });
  hasher.add(std::span<const std::uint64_t>(hashes));
  for (const ScriptSlot& slot : state.slots) {
    hasher.add(std::string_view(slot.name));
    hasher.add(std::string_view(slot.sha256));
    if (!slot.fallback_sha256.empty()) hasher.add(std::string_view(slot.fallback_sha256));
  }
  const double rain = state.weather.rain_intensity;
  hasher.add(std::span<const double>(&rain, 1));
  hasher.add(state.weather.rain_until);
  if (!is_blank(state.society)) hasher.add(hash_of(state.society));
  if (state.scenario.keeps_map) hasher.add(hash_of(state.maps));
  if (state.ecology) hasher.add(hash_of(*state.ecology));
  return hasher.value();
}

std::uint64_t hash_state(const WorldState& state) {
  std::vector<ColumnHash> columns;
  hash_columns(state, columns);
  return hash_state(state, columns);
}

}  // namespace cherub::engine
