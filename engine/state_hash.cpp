#include <algorithm>

#include "engine/base/hash.h"
#include "engine/world_state.h"

namespace cherub::engine {
namespace {

// Long columns are hashed in parts, which tasks share.
constexpr std::size_t kPartBytes = std::size_t{1} << 18;

struct Bytes {
  const char* data;
  std::size_t size;
};

template <class T>
Bytes bytes_of(const std::vector<T>& column) {
  return {reinterpret_cast<const char*>(column.data()), column.size() * sizeof(T)};
}

// One number for each of the arrays.
std::vector<std::uint64_t> hash_all(base::WorkerPool& pool, const std::vector<Bytes>& arrays) {
  std::vector<Bytes> parts;
  std::vector<std::size_t> ends;
  for (const Bytes& array : arrays) {
    for (std::size_t at = 0; at < array.size; at += kPartBytes) {
      parts.push_back({array.data + at, std::min(kPartBytes, array.size - at)});
    }
    ends.push_back(parts.size());
  }
  std::vector<std::uint64_t> part_hashes(parts.size()), hashes;
  pool.run(parts.size(),
           [&](std::size_t i) { part_hashes[i] = base::hash_bytes(parts[i].data, parts[i].size); });
  std::size_t first = 0;
  for (const std::size_t end : ends) {
    const std::span<const std::uint64_t> all(part_hashes);
    base::Hasher hasher;
    hasher.add(all.subspan(first, end - first));
    hashes.push_back(hasher.value());
    first = end;
  }
  return hashes;
}

}  // namespace

std::vector<ColumnHash> hash_columns(const WorldState& state) {
  std::vector<Bytes> arrays;
  std::vector<ColumnHash> named;
  const auto add = [&](std::string_view name, const auto& column) {
    arrays.push_back(bytes_of(column));
    named.push_back({name, 0});
  };
  for_each_column(state.columns, [&](std::string_view name, const auto& column) {
    add(name, column);
    if (name == "reached") add("free_rows", state.free_rows);  // its place in the hash
  });
  const std::vector<std::uint64_t> hashes = hash_all(*state.pool, arrays);
  for (std::size_t i = 0; i < named.size(); ++i) named[i].hash = hashes[i];
  return named;
}

std::uint64_t hash_state(const WorldState& state, std::span<const ColumnHash> columns) {
  base::Hasher hasher;
  hasher.add(state.tick);
  hasher.add(state.seed);
  hasher.add(state.terrain_hash);
  hasher.add(std::uint64_t{state.columns.size()});
  std::vector<std::uint64_t> hashes;
  for (const ColumnHash& column : columns) hashes.push_back(column.hash);
  hasher.add(std::span<const std::uint64_t>(hashes));
  for (const ScriptSlot& slot : state.slots) {
    hasher.add(std::string_view(slot.name));
    hasher.add(std::string_view(slot.sha256));
  }
  const double rain = state.weather.rain_intensity;
  hasher.add(std::span<const double>(&rain, 1));
  hasher.add(state.weather.rain_until);
  return hasher.value();
}

}  // namespace cherub::engine
