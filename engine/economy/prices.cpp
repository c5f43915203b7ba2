#include <array>

#include "engine/economy/systems.h"
#include "engine/hands.h"

namespace cherub::engine {

double price_at(const WorldState& state, SpeciesIndex item, double x, double y, double z) {
  const double base = state.economy->prices[item];
  if (item == state.economy->currency) return base;
  GridQuery query;
  query.x = static_cast<float>(x);
  query.y = static_cast<float>(y);
  query.z = static_cast<float>(z);
  query.radius = kPriceRadius_m;
  query.species = SpeciesMask{1} << item;
  std::uint64_t supply = state.grid.count(query);
  query.species = state.economy->holders;
  std::array<GridHit, kPriceHoldersMax> hits;
  const std::size_t holders = state.grid.neighbors(query, hits);
  for (std::size_t i = 0; i < holders; ++i) {
    supply += count_in_hands(state, hits[i].entry.row, item);
  }
  return base / (1 + static_cast<double>(supply));
}

}  // namespace cherub::engine
