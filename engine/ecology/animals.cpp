#include <algorithm>
#include <cmath>

#include "engine/ecology/systems.h"
#include "engine/nature.h"

namespace cherub::engine {
namespace {

constexpr float kStressedEnergy = 0.35f;
constexpr float kNearWaterStress = 0.5f;  // the share of stress that is left near water
constexpr double kNearWater_m = 6;
constexpr double kColonyGain = 0.02, kColonyLoss = 0.05;  // health per s

// What a tick is to the animals of a species.
struct Pace {
  float life = 1;    // thirst, tiredness and drive: ectotherms are slow in the cold
  float hunger = 1;  // endotherms heat their bodies
  float breeding = 1;
};

Pace pace_of(const WorldState& state, SpeciesIndex species) {
  const auto cold = static_cast<float>(1 - warmth_now(state));
  const bool is_slow = is_ectotherm(state.scenario.species[species]);
  Pace pace;
  pace.life = is_slow ? 1 - kTorpor * cold : 1;
  pace.hunger = is_slow ? pace.life : 1 + kHeating * cold;
  pace.breeding = pace.life * (is_fertile(state) ? kFertileBreeding : 1);
  return pace;
}

// Reserves burn, and what they were made of goes back into the soil.
void burn_reserve(WorldState& state, std::uint32_t row, const Pace& pace) {
  const SpeciesIndex species = state.columns.species[row];
  const std::uint32_t body = body_matter(state, species);
  const std::uint32_t matter = state.ecology->bodies.matter[row];
  const double room = matter_max(state, species) - body;
  const double share = double{state.rules[species].hunger_per_tick} * double{pace.hunger};
  const auto burnt = static_cast<std::uint32_t>(std::ceil(share * room));
  excrete(state, row, std::min(burnt, matter > body ? matter - body : 0));
  show_matter(state, row);
}

void tire_and_thirst(WorldState& state, std::uint32_t row, const Pace& pace) {
  const SpeciesRules& rules = state.rules_of(row);
  Columns& columns = state.columns;
  columns.thirst[row] = std::min(1.0f, columns.thirst[row] + rules.thirst_per_tick * pace.life);
  columns.energy[row] = std::max(0.0f, columns.energy[row] - rules.drain_per_tick * pace.life);
}

void heal_or_waste(WorldState& state, std::uint32_t row) {
  const SpeciesRules& rules = state.rules_of(row);
  Columns& columns = state.columns;
  const bool starves = columns.hunger[row] > kStarvingHunger;
  const bool parches = columns.thirst[row] > kParchedThirst;
  float& health = columns.health[row];
  if (starves) health -= rules.starve_per_tick;
  if (parches) health -= rules.parch_per_tick;
  if (!starves && !parches && columns.hunger[row] < kMendHungerMax) {
    health = std::min(1.0f, health + rules.starve_per_tick / 2);
  }
}

// The better fed, the stronger.
void feel_drive(WorldState& state, std::uint32_t row, const Pace& pace) {
  const SpeciesRules& rules = state.rules_of(row);
  const Columns& columns = state.columns;
  const float fed = 1 - columns.hunger[row] / kBreedingHungerMax;
  if (columns.age[row] < rules.adult_ticks || columns.health[row] < kBreedingHealthMin) return;
  if (fed <= 0) return;
  float& drive = state.ecology->bodies.drive[row];
  drive = std::min(1.0f, drive + rules.drive_per_tick * pace.breeding * fed);
}

void live_on(WorldState& state, std::uint32_t row, const Pace& pace) {
  ++state.columns.age[row];
  burn_reserve(state, row, pace);
  tire_and_thirst(state, row, pace);
  heal_or_waste(state, row);
  feel_drive(state, row, pace);
  if (state.is_dying(row)) {
    const bool starves = state.columns.hunger[row] > kStarvingHunger;
    kill(state, row, starves ? DeathCause::kStarved : DeathCause::kThirst);
  } else if (is_old(state, row)) {
    kill(state, row, DeathCause::kAge);
  }
}

}  // namespace

void live_as_animals(WorldState& state) {
  std::vector<Pace> paces(state.rules.size());
  for (SpeciesIndex species = 0; species < paces.size(); ++species) {
    paces[species] = pace_of(state, species);
  }
  for (const std::uint32_t row : state.agent_rows) {
    const bool lives = state.columns.alive[row] != 0 && !state.is_dying(row);
    if (lives) live_on(state, row, paces[state.columns.species[row]]);
  }
}

// A colony suffers with its tired members, half as much with those near water.
void tend_colonies(WorldState& state) {
  if (state.tick % kSoilTurn != 0) return;
  std::vector<float> stress(state.rules.size(), 0);
  const Columns& columns = state.columns;
  for (const std::uint32_t row : state.agent_rows) {
    const SpeciesIndex species = columns.species[row];
    if (!state.scenario.species[species].colony || columns.alive[row] == 0) continue;
    if (columns.energy[row] >= kStressedEnergy) continue;
    const WaterSpot water = nearest_water(state, columns.x[row], columns.y[row]);
    stress[species] += water.found && water.distance < kNearWater_m ? kNearWaterStress : 1;
  }
  for (SpeciesIndex species = 0; species < state.rules.size(); ++species) {
    const auto members = static_cast<float>(state.population[species]);
    if (!state.scenario.species[species].colony || members == 0) continue;
    const double share = std::min(1.0f, stress[species] / members);
    const double change = kColonyGain * (1 - share) - kColonyLoss * share;
    float& health = state.ecology->colony[species];
    health += static_cast<float>(change * kSoilTurn * state.tick_s);
    health = std::clamp(health, 0.0f, 1.0f);
  }
}

void live_in_ecosystem(WorldState& state) {
  note_modes(state);
  rain_by_itself(state);
  live_as_animals(state);
  live_as_plants(state);
  turn_soil(state);
  tend_colonies(state);
}

}  // namespace cherub::engine
