#include <array>
#include <cmath>

#include "engine/economy/systems.h"
#include "engine/hands.h"
#include "engine/senses.h"
#include "engine/sight.h"

namespace cherub::engine {
namespace {

constexpr double kUnknown = -1;

// The row of a living entity that the agent of `row` is or sees, or kNobody.
std::uint32_t seen(const WorldState& state, std::uint32_t row, double id) {
  const bool there = row < state.columns.size() && state.columns.alive[row] != 0;
  if (!there || !(id >= 0 && id < 0x1p53)) return kNobody;
  const EntityId entity = EntityId::unpack(static_cast<std::uint64_t>(id));
  if (!state.exists(entity)) return kNobody;
  const Columns& columns = state.columns;
  const std::uint32_t at = entity.index;
  if (at == row || sees(state, row, {columns.x[at], columns.y[at], columns.z[at]})) return at;
  return kNobody;
}

}  // namespace
}  // namespace cherub::engine

using cherub::engine::World;

extern "C" {

void cherub_sense_ripe(const World* world, std::uint32_t row, std::int32_t species, double radius,
                       cherub::engine::Sighting* out) noexcept {
  using namespace cherub::engine;
  *out = {};
  const WorldState& state = world->state();
  const bool plant = species >= 0 && std::size_t(species) < state.rules.size() &&
                     state.rules[std::size_t(species)].kind == Kind::kPlant;
  if (!plant) return;
  std::array<Sighting, kNeighborsMax> near;
  const std::int32_t count = cherub_sense_neighbors(world, row, species, radius, near.data());
  for (std::int32_t i = 0; i < count; ++i) {
    const EntityId id = EntityId::unpack(static_cast<std::uint64_t>(near[std::size_t(i)].id));
    if (state.columns.energy[id.index] < kRipe) continue;
    *out = near[std::size_t(i)];
    return;
  }
}

double cherub_sense_price(const World* world, std::uint32_t row, std::int32_t item, double x,
                          double y) noexcept {
  using namespace cherub::engine;
  const WorldState& state = world->state();
  const bool known = item >= 0 && std::size_t(item) < state.rules.size() && state.economy &&
                     state.rules[std::size_t(item)].kind == Kind::kItem;
  if (!known || row >= state.columns.size() || !std::isfinite(x) || !std::isfinite(y)) {
    return kUnknown;
  }
  const double z = state.columns.z[row];
  if (!sees(state, row, {x, y, z})) return kUnknown;
  return price_at(state, static_cast<SpeciesIndex>(item), x, y, z);
}

double cherub_sense_owner(const World* world, std::uint32_t row, double id) noexcept {
  using namespace cherub::engine;
  const WorldState& state = world->state();
  const std::uint32_t at = seen(state, row, id);
  if (at == kNobody) return kUnknown;
  const EntityId* const owner = state.society.economy.owners.find(at);
  const bool lives = owner != nullptr && state.exists(*owner);
  return lives ? static_cast<double>(owner->packed()) : kUnknown;
}

std::int32_t cherub_sense_role(const World* world, std::uint32_t row, double id) noexcept {
  using namespace cherub::engine;
  const WorldState& state = world->state();
  const std::uint32_t at = seen(state, row, id);
  if (at == kNobody || state.columns.role[at] >= state.scenario.roles.size()) return -1;
  return state.columns.role[at];
}

std::int32_t cherub_sense_reputation(const World* world, std::uint32_t row, double id) noexcept {
  using namespace cherub::engine;
  const WorldState& state = world->state();
  const std::uint32_t at = seen(state, row, id);
  const bool known = at != kNobody && state.economy && state.rules_of(at).kind == Kind::kAgent;
  return known ? reputation_of(state, at) : kNoReputation;
}

std::int32_t cherub_sense_relationship(const World* world, std::uint32_t row, double id) noexcept {
  using namespace cherub::engine;
  const WorldState& state = world->state();
  if (!(id >= 0 && id < 0x1p53)) return 0;
  return relationship_of(state, row, EntityId::unpack(static_cast<std::uint64_t>(id)));
}

std::int32_t cherub_sense_stock(const World* world, std::uint32_t row, double id,
                                std::int32_t item) noexcept {
  using namespace cherub::engine;
  const WorldState& state = world->state();
  const std::uint32_t at = seen(state, row, id);
  const bool holds = at != kNobody && state.scenario.species[state.columns.species[at]].hands > 0;
  if (!holds) return -1;
  if (item < 0) return 0;
  return static_cast<std::int32_t>(count_in_hands(state, at, static_cast<SpeciesIndex>(item)));
}

}  // extern "C"
