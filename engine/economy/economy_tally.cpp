#include "engine/economy/economy_tally.h"

#include <algorithm>

#include "engine/economy/systems.h"

namespace cherub::engine {

EconomyTally::EconomyTally(const World& world, std::vector<EntityId> followed)
    : followed_(std::move(followed)) {
  const WorldState& state = world.state();
  const auto own =
      static_cast<SpeciesIndex>(*world.scenario().find_species(world.scenario().agent_species));
  for (std::uint32_t row = 0; row < state.columns.size(); ++row) {
    if (state.columns.alive[row] == 0 || !state.economy) continue;
    const SpeciesMask served = state.economy->serves[state.columns.species[row]];
    if ((served >> own & 1) != 0) stores_.push_back(row);
  }
  look_at(world);
}

bool EconomyTally::is_followed(EntityId id) const {
  const auto at =
      std::lower_bound(followed_.begin(), followed_.end(), id.index,
                       [](EntityId entry, std::uint32_t row) { return entry.index < row; });
  return at != followed_.end() && *at == id;
}

void EconomyTally::take_event(const Event& event) {
  const bool own = is_followed(event.entity);
  switch (event.kind) {
    case EventKind::kCraft:
      if (own) totals_.crafted += event.value;
      return;
    case EventKind::kTheft:
      if (own) totals_.thefts += 1;
      if (!own) totals_.stolen += event.value;
      return;
    case EventKind::kTrade:
      if (own || is_followed(event.other)) totals_.trades += 1;
      return;
    case EventKind::kGive:
      if (own) totals_.gifts += 1;
      return;
    default:
      return;
  }
}

void EconomyTally::look_at(const World& world) {
  const WorldState& state = world.state();
  if (!state.economy) return;
  totals_.wealth = totals_.coins = totals_.reputation = totals_.stock = 0;
  for (const EntityId id : followed_) {
    if (!world.exists(id)) continue;
    for (const ItemCount& held : world.items_of(id.index)) {
      totals_.wealth += held.count * state.economy->prices[held.item];
      if (held.item == state.economy->currency) totals_.coins += held.count;
    }
    totals_.reputation += reputation_of(state, id.index);
  }
  const double heads = std::max(1.0, static_cast<double>(followed_.size()));
  for (double* const sum : {&totals_.wealth, &totals_.coins, &totals_.reputation}) *sum /= heads;
  for (const std::uint32_t row : stores_) {
    for (const ItemCount& kept : world.items_of(row)) totals_.stock += kept.count;
  }
}

void EconomyTally::observe(const World& world, const TickReport& report) {
  for (const Event& event : report.events) take_event(event);
  look_at(world);
}

}  // namespace cherub::engine
