#include "engine/economy/economy.h"

#include <algorithm>

#include "engine/base/hash.h"

namespace cherub::engine {
namespace {

using base::Hasher;

void add(Hasher& hasher, EntityId owner) {
  hasher.add(owner.packed());
}
void add(Hasher& hasher, const Craft& craft) {
  hasher.add((std::uint64_t{craft.output} << 32) | craft.ticks);
  hasher.add(craft.last);
}
void add(Hasher& hasher, const Standing& standing) {
  hasher.add(static_cast<std::uint64_t>(std::int64_t{standing.points}));
  hasher.add(standing.praised);
}
void add(Hasher& hasher, const Bonds& bonds) {
  for (const Bond& bond : bonds) {
    hasher.add(bond.other.packed());
    hasher.add(static_cast<std::uint64_t>(std::int64_t{bond.points}));
  }
}

// A sum, so that the order of the rows does not matter.
template <class Value>
void add_table(Hasher& hasher, const SideTable<Value>& table) {
  std::uint64_t sum = 0;
  table.for_each([&](std::uint32_t row, const Value& value) {
    Hasher entry;
    entry.add(std::uint64_t{row});
    add(entry, value);
    sum += entry.value();
  });
  hasher.add(sum);
  hasher.add(std::uint64_t{table.size()});
}

}  // namespace

const Recipe* EconomyRules::find(SpeciesIndex output) const {
  const auto found = std::find_if(recipes.begin(), recipes.end(),
                                  [&](const Recipe& recipe) { return recipe.output == output; });
  return found != recipes.end() ? &*found : nullptr;
}

std::uint64_t hash_of(const Economy& economy) {
  Hasher hasher;
  add_table(hasher, economy.owners);
  add_table(hasher, economy.crafts);
  add_table(hasher, economy.standings);
  add_table(hasher, economy.bonds);
  return hasher.value();
}

}  // namespace cherub::engine
