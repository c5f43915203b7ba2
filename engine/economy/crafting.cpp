#include <algorithm>
#include <array>

#include "engine/economy/systems.h"
#include "engine/hands.h"
#include "engine/uses.h"

namespace cherub::engine {
namespace {

constexpr double kPauseMax_s = 2;  // work that rests for longer begins anew
constexpr std::size_t kPlantsMax = 16;

Tick pause_ticks(const WorldState& state) {
  return static_cast<Tick>(kPauseMax_s / state.tick_s);
}

// Where the work can be done: a row in reach, or why there is none.
Receipt find_place(const WorldState& state, std::uint32_t row, const Recipe& recipe,
                   std::uint32_t& place) {
  const Columns& columns = state.columns;
  GridQuery query;
  query.x = columns.x[row];
  query.y = columns.y[row];
  query.z = columns.z[row];
  query.radius = state.scenario.species[columns.species[row]].reach;
  query.species = SpeciesMask{1} << *recipe.at;
  std::array<GridHit, kPlantsMax> hits;
  const std::size_t count = state.grid.neighbors(query, hits);
  bool any = false;
  for (std::size_t i = 0; i < count; ++i) {
    place = hits[i].entry.row;
    if (columns.alive[place] == 0 || state.is_dying(place)) continue;
    any = true;
    if (!recipe.harvests || columns.energy[place] >= kRipe) return Receipt::kAccepted;
  }
  return any ? Receipt::kNotReady : Receipt::kOutOfReach;
}

Receipt check_hands(const WorldState& state, std::uint32_t row, const Recipe& recipe) {
  std::uint64_t used = 0;
  for (const Stack& input : recipe.inputs) {
    if (count_in_hands(state, row, input.item) < input.count) return Receipt::kNoItem;
    used += input.count;
  }
  if (recipe.tool && count_in_hands(state, row, *recipe.tool) == 0) return Receipt::kNoItem;
  return room_in_hands(state, row) + used >= recipe.count ? Receipt::kAccepted
                                                          : Receipt::kHandsFull;
}

void complete(WorldState& state, std::uint32_t row, const Recipe& recipe, std::uint32_t place) {
  for (const Stack& input : recipe.inputs) use_up(state, row, input.item, input.count);
  put_new(state, row, recipe.output, recipe.count);
  if (recipe.harvests) state.columns.energy[place] = kStubble;
  Event event = event_at(state, EventKind::kCraft, row, recipe.count);
  if (recipe.at) event.other = state.id_of(place);
  event.text = state.scenario.species[recipe.output].name;
  state.events.push_back(std::move(event));
  state.society.economy.crafts.erase(row);
}

}  // namespace

Receipt craft(WorldState& state, std::uint32_t row, SpeciesIndex output) {
  const Recipe* const recipe = state.economy->find(output);
  if (recipe == nullptr) return Receipt::kNotAvailable;
  std::uint32_t place = row;
  if (recipe->at) {
    const Receipt found = find_place(state, row, *recipe, place);
    if (found != Receipt::kAccepted) return found;
  }
  const Receipt hands = check_hands(state, row, *recipe);
  if (hands != Receipt::kAccepted) return hands;
  if (!has_room_for_items(state, recipe->count)) return Receipt::kCrowded;
  Craft& work = state.society.economy.crafts[row];
  const bool goes_on =
      work.ticks > 0 && work.output == output && work.last + pause_ticks(state) >= state.tick;
  if (!goes_on) work = {output, 0, 0};
  ++work.ticks;
  work.last = state.tick;
  if (work.ticks >= recipe->ticks) complete(state, row, *recipe, place);
  return Receipt::kAccepted;
}

void forget_idle_crafts(WorldState& state) {
  const Tick pause = pause_ticks(state);
  state.society.economy.crafts.erase_if(
      [&](std::uint32_t, const Craft& work) { return work.last + pause < state.tick; });
}

}  // namespace cherub::engine
