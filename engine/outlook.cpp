#include "engine/outlook.h"

#include <array>

#include "engine/ecology/systems.h"
#include "engine/feeding.h"
#include "engine/heartbeat.h"
#include "engine/nature.h"
#include "engine/world_state.h"

namespace cherub::engine {
namespace {

constexpr float kDrinkHydrationMax = 0.7f;

struct ConductRow {
  std::string_view name;
  MotionStyle style;
};
// By Conduct.
constexpr std::array<ConductRow, 13> kConducts = {{
    {"IDLE", {0.0f, 0.3f, 1.0f, 0.3f}},
    {"WANDERING", {0.4f, 0.3f, 1.0f, 0.3f}},
    {"FORAGING", {0.5f, 0.4f, 0.5f, 0.4f}},
    {"HUNTING", {0.9f, 0.6f, 0.8f, 0.5f}},
    {"FLEEING", {1.0f, 1.0f, 1.0f, 0.6f}},
    {"DRINKING", {0.3f, 0.7f, 0.5f, 0.3f}},
    {"RESTING", {0.0f, 0.2f, 0.0f, 0.4f}},
    {"REPRODUCING", {0.4f, 0.2f, 1.0f, 0.9f}},
    {"POLLINATING", {0.6f, 0.2f, 1.0f, 0.2f}},
    {"SWARMING", {0.7f, 0.5f, 1.0f, 1.0f}},
    {"TRAVELLING", {0.6f, 0.3f, 1.0f, 0.3f}},
    {"GROWING", {}},
    {"LYING", {}},
}};

// What the row asked for in the last tick.
Conduct asked_for(const WorldState& state, std::uint32_t row) {
  const Intents& intents = state.intents;
  if (row >= intents.move.size()) return Conduct::kIdle;  // born since then
  switch (static_cast<AbilityKind>(intents.ability[row])) {
    case AbilityKind::kEat:
      return Conduct::kForage;
    case AbilityKind::kReproduce:
      return Conduct::kMate;
    case AbilityKind::kRest:
      return Conduct::kRest;
    default:
      break;
  }
  switch (static_cast<MoveKind>(intents.move[row])) {
    case MoveKind::kNone:
      return Conduct::kIdle;
    case MoveKind::kWander:
      return Conduct::kWander;
    default:
      return Conduct::kTravel;
  }
}

bool eats_kind(const WorldState& state, std::uint32_t row, Kind kind) {
  const SpeciesMask diet = state.rules_of(row).diet;
  for (std::size_t species = 0; species < state.rules.size(); ++species) {
    if ((diet >> species & 1) != 0 && state.rules[species].kind == kind) return true;
  }
  return false;
}

bool grazes(const WorldState& state, std::uint32_t row) {
  return eats_kind(state, row, Kind::kPlant) || eats_kind(state, row, Kind::kItem);
}

Conduct conduct_of(const WorldState& state, std::uint32_t row) {
  const Kind kind = state.rules_of(row).kind;
  if (kind == Kind::kPlant) return Conduct::kGrow;
  if (kind != Kind::kAgent) return Conduct::kLie;
  const auto conduct =
      state.ecology ? static_cast<Conduct>(state.ecology->bodies.mode[row]) : asked_for(state, row);
  const bool hunts = conduct == Conduct::kForage && !grazes(state, row);
  return hunts ? Conduct::kHunt : conduct;
}

// In ecosystems animals say what they are about; elsewhere nothing keeps them from it.
bool is_about(const WorldState& state, std::uint32_t row, Mode mode) {
  return !state.ecology || state.ecology->bodies.mode[row] == static_cast<std::uint8_t>(mode);
}

bool is_rested(const WorldState& state, std::uint32_t row) {
  return !state.ecology || state.ecology->bodies.pause_until[row] <= state.tick;
}
static_assert(static_cast<int>(Conduct::kSwarm) == static_cast<int>(Mode::kSwarm));
static_assert(static_cast<int>(Conduct::kHunt) == static_cast<int>(Mode::kHunt));

void add_animal(const WorldState& state, std::uint32_t row, Outlook& outlook) {
  outlook.style = kConducts[static_cast<std::size_t>(outlook.conduct)].style;
  if (outlook.energy <= 0) outlook.style.pace *= kExhaustedShare;
  outlook.repro_eligible = state.ecology ? is_ready_to_breed(state, row)
                                         : check_fitness(state, row) == Receipt::kAccepted;
  const float readiness = outlook.repro_eligible ? 1 : 0;
  outlook.drive = state.ecology ? state.ecology->bodies.drive[row] : readiness;
  outlook.can_consume = wants_food(state, row) &&
                        (eats_kind(state, row, Kind::kPlant) || eats_kind(state, row, Kind::kItem));
  outlook.can_predate = wants_prey(state, row) && eats_kind(state, row, Kind::kAgent);
  outlook.can_pollinate = wants_flowers(state, row);
  outlook.can_drink =
      state.rules_of(row).thirst_per_tick > 0 && outlook.hydration < kDrinkHydrationMax;
}

void add_plant(const WorldState& state, std::uint32_t row, Outlook& outlook) {
  outlook.growth = state.columns.energy[row];
  const double food = state.scenario.species[state.columns.species[row]].food_value;
  outlook.nutrients = state.ecology
                          ? static_cast<float>(state.ecology->bodies.matter[row] / kUnitsPerMatter)
                          : outlook.growth * static_cast<float>(food);
  const bool seeds = state.rules_of(row).spread_chance > 0 && outlook.growth > kGrown &&
                     has_room(state, state.columns.species[row]);
  outlook.spread_eligible = state.ecology ? may_seed(state, row) : seeds;
}

}  // namespace

std::string_view conduct_name(Conduct conduct) {
  return kConducts[static_cast<std::size_t>(conduct)].name;
}

bool wants_food(const WorldState& state, std::uint32_t row) {
  return is_about(state, row, Mode::kForage) &&
         state.columns.hunger[row] > static_cast<float>(kConsumeHungerMin);
}

bool wants_prey(const WorldState& state, std::uint32_t row) {
  const bool seeks_prey = is_about(state, row, Mode::kHunt) || is_about(state, row, Mode::kForage);
  return seeks_prey && is_rested(state, row) &&
         state.columns.hunger[row] > static_cast<float>(kPredateHungerMin);
}

bool wants_flowers(const WorldState& state, std::uint32_t row) {
  return state.ecology && is_about(state, row, Mode::kPollinate) && is_rested(state, row);
}

Outlook outlook_of(const World& world, std::uint32_t row) {
  const WorldState& state = world.state();
  const Columns& columns = state.columns;
  Outlook outlook;
  outlook.kind = state.rules_of(row).kind;
  outlook.conduct = conduct_of(state, row);
  outlook.hunger = columns.hunger[row];
  outlook.energy = columns.energy[row];
  outlook.hydration = 1 - columns.thirst[row];
  outlook.health = columns.health[row];
  if (outlook.kind == Kind::kAgent) add_animal(state, row, outlook);
  if (outlook.kind == Kind::kPlant) add_plant(state, row, outlook);
  return outlook;
}

}  // namespace cherub::engine
