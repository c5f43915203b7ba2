#include "engine/feeding.h"

#include <algorithm>

#include "engine/ecology/systems.h"
#include "engine/economy/systems.h"
#include "engine/hands.h"
#include "engine/nature.h"
#include "engine/tasks.h"
#include "engine/uses.h"

namespace cherub::engine {
namespace {

constexpr double kBirthRadius_m = 1;

// A plant is worth as much as it has grown; an animal is eaten whole.
double food_value(const WorldState& state, std::uint32_t row) {
  const SpeciesSpec& spec = state.scenario.species[state.columns.species[row]];
  const double grown = spec.kind == Kind::kPlant ? double{state.columns.energy[row]} : 1.0;
  return spec.food_value * grown;
}

float digest(Columns& columns, std::uint32_t row, double food_value) {
  const auto value = static_cast<float>(food_value);
  const float relieved = std::min(columns.hunger[row], value);
  columns.hunger[row] -= relieved;
  columns.energy[row] = std::min(1.0f, columns.energy[row] + value);
  return relieved;
}

}  // namespace

Receipt eat(WorldState& state, std::uint32_t row, EntityId food) {
  const SpeciesIndex species = state.columns.species[row];
  return eat_within(state, row, food, state.scenario.species[species].reach);
}

Receipt eat_within(WorldState& state, std::uint32_t row, EntityId food, double reach_m) {
  if (state.ecology) return feed_on(state, row, food, reach_m);
  Columns& columns = state.columns;
  if (food.index == row || !state.exists(food) || state.is_dying(food.index)) {
    return Receipt::kNoSuchTarget;
  }
  const SpeciesIndex species = columns.species[row];
  if ((state.rules[species].diet >> columns.species[food.index] & 1) == 0) {
    return Receipt::kNotInDiet;
  }
  if (distance_between(columns, row, food.index) > reach_m) return Receipt::kOutOfReach;
  const float relieved = digest(columns, row, food_value(state, food.index));
  Event event = event_at(state, EventKind::kEat, row, relieved);
  event.other = food;
  state.events.push_back(std::move(event));
  kill(state, food.index, DeathCause::kEaten);
  return Receipt::kAccepted;
}

Receipt eat_from_hands(WorldState& state, std::uint32_t row, SpeciesIndex item) {
  if (item >= state.rules.size()) return Receipt::kNoItem;
  if ((state.rules_of(row).diet >> item & 1) == 0) return Receipt::kNotInDiet;
  if (!consume(state, row, item)) return Receipt::kNoItem;
  const double value = state.scenario.species[item].food_value;
  const float relieved =
      state.ecology ? feed_from_outside(state, row, value) : digest(state.columns, row, value);
  Event event = event_at(state, EventKind::kEat, row, relieved);
  event.other = state.id_of(row);
  event.text = state.scenario.species[item].name;
  state.events.push_back(std::move(event));
  return Receipt::kAccepted;
}

Receipt rest(WorldState& state, std::uint32_t row) {
  if (state.ecology) return rest_in_ecosystem(state, row);
  float& energy = state.columns.energy[row];
  const bool roof = state.economy && is_sheltered(state, row);
  const auto factor = static_cast<float>(roof ? kRoofFactor : 1.0);
  energy = std::min(1.0f, energy + factor * state.rules_of(row).rest_per_tick);
  return Receipt::kAccepted;
}

Receipt check_fitness(const WorldState& state, std::uint32_t row) {
  const Columns& columns = state.columns;
  const SpeciesIndex species = columns.species[row];
  const SpeciesSpec& spec = state.scenario.species[species];
  if (!allows(state, Action::kReproduce) || spec.reproduce_energy <= 0) {
    return Receipt::kNotAvailable;
  }
  const bool ready = columns.age[row] >= state.rules[species].adult_ticks &&
                     columns.hunger[row] <= kReproduceHungerMax &&
                     columns.energy[row] >= static_cast<float>(spec.reproduce_energy);
  return ready ? Receipt::kAccepted : Receipt::kNotReady;
}

Receipt reproduce(WorldState& state, std::uint32_t row) {
  const Receipt fitness = check_fitness(state, row);
  if (fitness != Receipt::kAccepted) return fitness;
  Columns& columns = state.columns;
  const SpeciesIndex species = columns.species[row];
  if (!has_room(state, species)) return Receipt::kCrowded;
  base::RandomStream random = state.random(state.id_of(row).packed(), base::Stream::kLife);
  float x = columns.x[row], y = columns.y[row];
  if (!open_point_near(state.terrain, random, kBirthRadius_m, columns.z[row], x, y)) {
    return Receipt::kCrowded;
  }
  const float share = static_cast<float>(state.scenario.species[species].reproduce_energy) / 2;
  columns.energy[row] -= share;
  expect_birth(state, {species, state.id_of(row), x, y, columns.z[row], share});
  return Receipt::kAccepted;
}

namespace {

Receipt use_ability(WorldState& state, std::uint32_t row, const Intents::Use* use) {
  const auto kind = static_cast<AbilityKind>(state.intents.ability[row]);
  if (state.ecology && kind != AbilityKind::kUse) {
    const EntityId target = EntityId::unpack(state.intents.ability_target[row]);
    return use_in_ecosystem(state, row, kind, target);
  }
  switch (kind) {
    case AbilityKind::kNone:
      return Receipt::kNone;
    case AbilityKind::kEat:
      return allows(state, Action::kEat)
                 ? eat(state, row, EntityId::unpack(state.intents.ability_target[row]))
                 : Receipt::kNotAvailable;
    case AbilityKind::kReproduce:
      return reproduce(state, row);
    case AbilityKind::kRest:
      return allows(state, Action::kRest) ? rest(state, row) : Receipt::kNotAvailable;
    case AbilityKind::kUse:
      return use != nullptr ? resolve_use(state, *use) : Receipt::kUnknownAbility;
    case AbilityKind::kDrink:
    case AbilityKind::kPollinate:
      break;
  }
  return Receipt::kNotAvailable;
}

// Answers those who are not ready for offspring, and takes them off the list.
void turn_down_unfit(WorldState& state, std::vector<std::uint32_t>& rows) {
  std::erase_if(rows, [&](std::uint32_t row) {
    const auto ability = static_cast<AbilityKind>(state.intents.ability[row]);
    if (ability != AbilityKind::kReproduce || state.is_dying(row)) return false;
    const Receipt fitness = check_fitness(state, row);
    state.columns.ability_receipt[row] = static_cast<std::uint8_t>(fitness);
    return fitness != Receipt::kAccepted;
  });
}

}  // namespace

// Who uses an ability may take another's food: so one after the other. Most use none, and of those
// who would have offspring most are not ready, which only the effects of abilities could change.
void resolve_abilities(WorldState& state) {
  const auto& agents = state.agent_rows;
  const bool effects_come = !state.intents.uses.empty();
  const auto pick = [&](std::size_t first, std::size_t last, TaskLog& log) {
    log.rows.resize(last - first);
    std::size_t count = 0;
    for (std::size_t i = first; i < last; ++i) {
      const std::uint32_t row = agents[i];
      state.columns.ability_receipt[row] = static_cast<std::uint8_t>(Receipt::kNone);
      state.columns.message_receipt[row] = static_cast<std::uint8_t>(Receipt::kNone);
      const auto ability = static_cast<AbilityKind>(state.intents.ability[row]);
      log.rows[count] = row;  // kept or overwritten: nobody could predict which
      count += ability != AbilityKind::kNone ? 1 : 0;
    }
    log.rows.resize(count);
    if (!effects_come && !state.ecology) turn_down_unfit(state, log.rows);
  };
  auto use = state.intents.uses.begin();  // sorted by row
  const auto last_use = state.intents.uses.end();
  for (const TaskLog& log : run_tasks(state, agents.size(), pick)) {
    for (const std::uint32_t row : log.rows) {
      if (state.is_dying(row)) continue;
      while (use != last_use && use->row < row) ++use;
      const Intents::Use* const own = use != last_use && use->row == row ? &*use : nullptr;
      state.columns.ability_receipt[row] = static_cast<std::uint8_t>(use_ability(state, row, own));
    }
  }
}

namespace {

bool may_request(const WorldState& state, std::uint32_t row) {
  const std::uint8_t role = state.columns.role[row];
  return role < state.scenario.roles.size() && state.scenario.roles[role].may_request;
}

}  // namespace

// Those who say nothing have been answered with their abilities.
void resolve_messages(WorldState& state) {
  Columns& columns = state.columns;
  std::vector<Intents::Message>& messages = state.intents.messages;
  std::stable_sort(messages.begin(), messages.end(),
                   [](const auto& a, const auto& b) { return a.row < b.row; });
  const Intents::Message* previous = nullptr;
  for (Intents::Message& message : messages) {
    const bool first = previous == nullptr || previous->row != message.row;
    previous = &message;
    if (!first || message.row >= columns.size() || columns.alive[message.row] == 0) continue;
    const bool asks = message.kind == MessageKind::kRequest;
    Receipt receipt = Receipt::kAccepted;
    if (asks ? !may_request(state, message.row) : !allows(state, Action::kSay)) {
      receipt = Receipt::kNotAvailable;
    } else if (message.text.size() > kMessageBytesMax) {
      receipt = Receipt::kTooLong;
    } else {
      if (!asks) {
        state.spoken.push_back(sound_at(state, SoundKind::kSay, message.row, message.text));
      }
      Event event = event_at(state, asks ? EventKind::kRequest : EventKind::kMessage, message.row);
      event.text = std::move(message.text);
      state.events.push_back(std::move(event));
    }
    columns.message_receipt[message.row] = static_cast<std::uint8_t>(receipt);
  }
}

}  // namespace cherub::engine
