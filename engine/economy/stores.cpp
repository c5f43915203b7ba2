#include <algorithm>
#include <array>

#include "engine/economy/systems.h"
#include "engine/hands.h"
#include "engine/uses.h"

namespace cherub::engine {
namespace {

constexpr std::size_t kRoofsMax = 8;
constexpr std::size_t kWitnessesMax = 16;

GridQuery around(const WorldState& state, std::uint32_t row, double radius, SpeciesMask species) {
  const Columns& columns = state.columns;
  GridQuery query;
  query.x = columns.x[row];
  query.y = columns.y[row];
  query.z = columns.z[row];
  query.radius = radius;
  query.species = species;
  query.exclude_row = row;
  return query;
}

void stock(WorldState& state, std::uint32_t row) {
  const SpeciesSpec& species = state.scenario.species[state.columns.species[row]];
  for (const StackSpec& stack : species.holds) {
    put_new(state, row, static_cast<SpeciesIndex>(*state.scenario.find_species(stack.item)),
            stack.count);
  }
}

}  // namespace

void stock_and_settle(WorldState& state) {
  const auto people =
      static_cast<SpeciesIndex>(*state.scenario.find_species(state.scenario.agent_species));
  std::vector<std::uint32_t> residents, houses;
  for (std::uint32_t row = 0; row < state.columns.size(); ++row) {
    if (state.columns.alive[row] == 0) continue;
    stock(state, row);
    const SpeciesIndex species = state.columns.species[row];
    if (species == people) residents.push_back(row);
    if (state.economy->owned[species] != 0) houses.push_back(row);
  }
  for (std::size_t i = 0; i < houses.size() && !residents.empty(); ++i) {
    state.society.economy.owners[houses[i]] = state.id_of(residents[i % residents.size()]);
  }
}

bool may_take(const WorldState& state, std::uint32_t row, std::uint32_t place) {
  const SpeciesMask served = state.economy->serves[state.columns.species[place]];
  return (served >> state.columns.species[row] & 1) != 0 || is_own(state, row, place);
}

bool is_own(const WorldState& state, std::uint32_t row, std::uint32_t thing) {
  const EntityId* const owner = state.society.economy.owners.find(thing);
  return owner != nullptr && *owner == state.id_of(row);
}

Receipt fetch(WorldState& state, std::uint32_t row, std::uint32_t place, SpeciesIndex item,
              std::uint32_t count) {
  if (!may_take(state, row, place)) return Receipt::kNotAvailable;
  const Receipt receipt = move_items(state, place, row, item, count);
  if (receipt != Receipt::kAccepted) return receipt;
  Event event = event_at(state, EventKind::kFetch, row, count);
  event.other = state.id_of(place);
  event.text = state.scenario.species[item].name;
  state.events.push_back(std::move(event));
  return Receipt::kAccepted;
}

bool belongs_to_another(const WorldState& state, std::uint32_t row, std::uint32_t thing) {
  const EntityId* const owner = state.society.economy.owners.find(thing);
  return owner != nullptr && state.exists(*owner) && *owner != state.id_of(row);
}

void forget_person(WorldState& state, std::uint32_t row) {
  Economy& economy = state.society.economy;
  const std::uint32_t generation = state.columns.generation[row];
  const EntityId gone{row, generation};
  economy.owners.erase(row);
  economy.crafts.erase(row);
  economy.standings.erase(row);
  economy.bonds.erase(row);
  if (state.rules_of(row).kind != Kind::kAgent) return;
  economy.owners.erase_if([&](std::uint32_t, const EntityId& owner) { return owner == gone; });
  economy.bonds.erase_if([&](std::uint32_t, Bonds& bonds) {
    std::erase_if(bonds, [&](const Bond& bond) { return bond.other == gone; });
    return bonds.empty();
  });
}

double theft_chance(const WorldState& state, std::uint32_t row, std::uint32_t victim) {
  const SpeciesIndex own = state.columns.species[row];
  SpeciesMask others = 0;
  for (std::size_t i = 0; i < state.rules.size(); ++i) {
    if (state.rules[i].kind == Kind::kAgent && i != own) others |= SpeciesMask{1} << i;
  }
  std::array<GridHit, kWitnessesMax> hits;
  const std::size_t count =
      state.grid.neighbors(around(state, row, kWitnessRadius_m, others), hits);
  const auto witnesses = std::count_if(hits.begin(), hits.begin() + std::ptrdiff_t(count),
                                       [&](const GridHit& hit) { return hit.entry.row != victim; });
  return kTheftChance / (1 + static_cast<double>(witnesses));
}

bool is_sheltered(const WorldState& state, std::uint32_t row) {
  if (state.economy->shelters == 0) return false;
  std::array<GridHit, kRoofsMax> hits;
  const std::size_t count =
      state.grid.neighbors(around(state, row, kRoof_m, state.economy->shelters), hits);
  return std::any_of(hits.begin(), hits.begin() + std::ptrdiff_t(count), [&](const GridHit& hit) {
    return !belongs_to_another(state, row, hit.entry.row);
  });
}

}  // namespace cherub::engine
