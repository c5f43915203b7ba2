#include <algorithm>

#include "engine/tasks.h"
#include "engine/world_state.h"

namespace cherub::engine {
namespace {

// Hungrier than this, nobody has offspring.
constexpr float kReproduceHungerMax = 0.5f;
constexpr double kBirthRadius_m = 1;

double distance_squared(const Columns& columns, std::uint32_t a, std::uint32_t b) {
  const double dx = double{columns.x[a]} - double{columns.x[b]};
  const double dy = double{columns.y[a]} - double{columns.y[b]};
  const double dz = double{columns.z[a]} - double{columns.z[b]};
  return dx * dx + dy * dy + dz * dz;
}

// A plant is worth as much as it has grown; an animal is eaten whole.
double food_value(const WorldState& state, std::uint32_t row) {
  const SpeciesSpec& spec = state.scenario.species[state.columns.species[row]];
  const double grown = spec.kind == Kind::kPlant ? double{state.columns.energy[row]} : 1.0;
  return spec.food_value * grown;
}

Receipt eat(WorldState& state, std::uint32_t row) {
  if (!allows(state, Action::kEat)) return Receipt::kNotAvailable;
  Columns& columns = state.columns;
  const EntityId food = EntityId::unpack(state.intents.ability_target[row]);
  if (food.index == row || !state.exists(food) || state.is_dying(food.index)) {
    return Receipt::kNoSuchTarget;
  }
  const SpeciesIndex species = columns.species[row];
  if ((state.rules[species].diet >> columns.species[food.index] & 1) == 0) {
    return Receipt::kNotInDiet;
  }
  const double reach = state.scenario.species[species].reach;
  if (distance_squared(columns, row, food.index) > reach * reach) return Receipt::kOutOfReach;

  const auto value = static_cast<float>(food_value(state, food.index));
  const float relieved = std::min(columns.hunger[row], value);
  columns.hunger[row] -= relieved;
  columns.energy[row] = std::min(1.0f, columns.energy[row] + value);
  Event event = event_at(state, EventKind::kEat, row, relieved);
  event.other = food;
  state.events.push_back(std::move(event));
  kill(state, food.index, DeathCause::kEaten);
  return Receipt::kAccepted;
}

Receipt reproduce(WorldState& state, std::uint32_t row) {
  Columns& columns = state.columns;
  const SpeciesIndex species = columns.species[row];
  const SpeciesSpec& spec = state.scenario.species[species];
  if (!allows(state, Action::kReproduce) || spec.reproduce_energy <= 0) {
    return Receipt::kNotAvailable;
  }
  const bool ready = columns.age[row] >= state.rules[species].adult_ticks &&
                     columns.hunger[row] <= kReproduceHungerMax &&
                     columns.energy[row] >= static_cast<float>(spec.reproduce_energy);
  if (!ready) return Receipt::kNotReady;
  if (!has_room(state, species)) return Receipt::kCrowded;
  base::RandomStream random = state.random(state.id_of(row).packed(), base::Stream::kLife);
  float x = columns.x[row], y = columns.y[row];
  if (!open_point_near(state.terrain, random, kBirthRadius_m, columns.z[row], x, y)) {
    return Receipt::kCrowded;
  }
  const float share = static_cast<float>(spec.reproduce_energy) / 2;
  columns.energy[row] -= share;
  expect_birth(state, {species, state.id_of(row), x, y, columns.z[row], share});
  return Receipt::kAccepted;
}

Receipt rest(WorldState& state, std::uint32_t row) {
  if (!allows(state, Action::kRest)) return Receipt::kNotAvailable;
  float& energy = state.columns.energy[row];
  energy = std::min(1.0f, energy + state.rules_of(row).rest_per_tick);
  return Receipt::kAccepted;
}

Receipt use_ability(WorldState& state, std::uint32_t row) {
  switch (static_cast<AbilityKind>(state.intents.ability[row])) {
    case AbilityKind::kNone:
      return Receipt::kNone;
    case AbilityKind::kEat:
      return eat(state, row);
    case AbilityKind::kReproduce:
      return reproduce(state, row);
    case AbilityKind::kRest:
      return rest(state, row);
    case AbilityKind::kUse:
      return Receipt::kUnknownAbility;
  }
  return Receipt::kNotAvailable;
}

}  // namespace

// Who uses an ability may take another's food: so one after the other. Most use none.
void resolve_abilities(WorldState& state) {
  const auto& agents = state.agent_rows;
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
  };
  for (const TaskLog& log : run_tasks(state, agents.size(), pick)) {
    for (const std::uint32_t row : log.rows) {
      if (state.is_dying(row)) continue;
      state.columns.ability_receipt[row] = static_cast<std::uint8_t>(use_ability(state, row));
    }
  }
}

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
    Receipt receipt = Receipt::kAccepted;
    if (!allows(state, Action::kSay)) {
      receipt = Receipt::kNotAvailable;
    } else if (message.text.size() > kMessageBytesMax) {
      receipt = Receipt::kTooLong;
    } else {
      Event event = event_at(state, EventKind::kMessage, message.row);
      event.text = std::move(message.text);
      state.events.push_back(std::move(event));
    }
    columns.message_receipt[message.row] = static_cast<std::uint8_t>(receipt);
  }
}

}  // namespace cherub::engine
