#include "engine/base/hash.h"
#include "engine/world_state.h"

namespace cherub::engine {
namespace {

template <class T>
void add(base::Hasher& hasher, const std::vector<T>& column) {
  hasher.add(std::span<const T>(column));
}

}  // namespace

std::uint64_t hash_state(const WorldState& state) {
  const Columns& columns = state.columns;
  base::Hasher hasher;
  hasher.add(state.tick);
  hasher.add(state.seed);
  hasher.add(state.terrain_hash);
  hasher.add(std::uint64_t{columns.size()});
  add(hasher, columns.generation);
  add(hasher, columns.alive);
  add(hasher, columns.species);
  add(hasher, columns.script);
  for (const auto* column :
       {&columns.x, &columns.y, &columns.z, &columns.heading, &columns.health, &columns.energy,
        &columns.hunger, &columns.damage, &columns.travelled}) {
    add(hasher, *column);
  }
  add(hasher, columns.age);
  add(hasher, columns.collisions);
  add(hasher, columns.reached);
  for (const auto* column :
       {&columns.move_receipt, &columns.ability_receipt, &columns.message_receipt}) {
    add(hasher, *column);
  }
  add(hasher, state.free_rows);
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
