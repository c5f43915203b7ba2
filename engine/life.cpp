#include <algorithm>

#include "engine/ecology/systems.h"
#include "engine/nature.h"
#include "engine/tasks.h"

namespace cherub::engine {

bool is_old(const WorldState& state, std::uint32_t row) {
  const std::uint64_t lifetime = state.rules_of(row).lifetime_ticks;
  const std::uint32_t age = state.columns.age[row];
  if (lifetime == 0 || double(age) < double(lifetime) * (1 - kLifetimeSpread)) return false;
  base::RandomStream random(state.seed, 0, state.id_of(row).packed(), base::Stream::kLife);
  return double(age) >= double(lifetime) * random.uniform(1 - kLifetimeSpread, 1 + kLifetimeSpread);
}

namespace {

void hunger_on(WorldState& state, std::uint32_t row) {
  const SpeciesRules& rules = state.rules_of(row);
  Columns& columns = state.columns;
  columns.hunger[row] = std::min(1.0f, columns.hunger[row] + rules.hunger_per_tick);
  if (columns.hunger[row] >= 1) {
    columns.health[row] -= rules.starve_per_tick;
  } else if (columns.hunger[row] < kMendHungerMax && columns.thirst[row] < 1) {
    columns.health[row] = std::min(1.0f, columns.health[row] + rules.starve_per_tick / 2);
  }
}

void thirst_on(WorldState& state, std::uint32_t row) {
  const SpeciesRules& rules = state.rules_of(row);
  Columns& columns = state.columns;
  columns.thirst[row] = std::min(1.0f, columns.thirst[row] + rules.thirst_per_tick);
  if (columns.thirst[row] >= 1) columns.health[row] -= rules.starve_per_tick;
}

DeathCause cause_of_want(const WorldState& state, std::uint32_t row) {
  return state.columns.hunger[row] >= 1 ? DeathCause::kStarved : DeathCause::kThirst;
}

void live_on(WorldState& state, std::uint32_t row, TaskLog& log) {
  ++state.columns.age[row];
  if (state.rules_of(row).hunger_per_tick > 0) hunger_on(state, row);
  if (state.rules_of(row).thirst_per_tick > 0) thirst_on(state, row);
  const bool starved = state.is_dying(row);
  if (!starved && !is_old(state, row)) return;
  state.columns.health[row] = 0;
  log.deaths.push_back({row, starved ? cause_of_want(state, row) : DeathCause::kAge});
}

}  // namespace

// One tick of age and hunger for everybody alive.
void metabolise(WorldState& state) {
  const std::size_t rows = state.columns.size();
  run_tasks(state, rows, [&](std::size_t first, std::size_t last, TaskLog& log) {
    for (std::size_t row = first; row < last; ++row) {
      const auto index = static_cast<std::uint32_t>(row);
      if (state.columns.alive[row] != 0 && !state.is_dying(index)) live_on(state, index, log);
    }
  });
}

// Deaths in the order they happened, then births; so the newborn move into the rows just freed.
void bury_and_bear(WorldState& state) {
  for (const Death& death : state.deaths) {
    state.events.push_back(
        event_at(state, EventKind::kDeath, death.row, static_cast<double>(death.cause)));
    free_entity(state, death.row);
  }
  state.deaths.clear();
  for (const Birth& birth : state.births) {
    const std::uint32_t row = add_entity(state, birth.species, birth.x, birth.y, birth.z);
    state.columns.energy[row] = birth.energy;
    if (state.rules[birth.species].hunger_per_tick > 0) state.columns.hunger[row] = kChildHunger;
    if (state.ecology) give_matter(state, row, birth.matter);
    const bool thing = state.rules[birth.species].kind == Kind::kItem;
    Event event = event_at(state, thing ? EventKind::kDrop : EventKind::kBirth, row);
    event.other = birth.parent;
    state.events.push_back(std::move(event));
    // What somebody lets fall stays his, what the dead leave is nobody's.
    if (thing && state.economy && state.exists(birth.parent)) {
      state.society.economy.owners[row] = birth.parent;
    }
  }
  state.births.clear();
  std::fill(state.unborn.begin(), state.unborn.end(), 0u);
}

}  // namespace cherub::engine
