#include "engine/behaviour.h"

#include "engine/senses.h"
#include "engine/world.h"

namespace cherub::engine {
namespace {

constexpr float kHungry = 0.3f;
// Below this, a native agent that may rest does.
constexpr float kTired = 0.05f;
// Well above what reproduction asks, so that a parent keeps strength to find food.
constexpr float kBroody = 0.9f;

void wander(Intents& intents, std::uint32_t row) {
  intents.move[row] = static_cast<std::uint8_t>(MoveKind::kWander);
}

void use(Intents& intents, std::uint32_t row, AbilityKind ability, std::uint64_t target = 0) {
  intents.ability[row] = static_cast<std::uint8_t>(ability);
  intents.ability_target[row] = target;
}

// Eats or walks to the nearest food; false when there is none in view.
bool forage(const World& world, Intents& intents, std::uint32_t row, const SpeciesSpec& spec) {
  Sighting food;
  cherub_sense_nearest(&world, row, kFoodSpecies, spec.sense_radius, &food);
  if (food.found == 0) return false;
  // A little less than the reach: the position is a float, the distance a double.
  if (food.distance <= spec.reach * 0.999) {
    use(intents, row, AbilityKind::kEat, static_cast<std::uint64_t>(food.id));
    return true;
  }
  intents.move[row] = static_cast<std::uint8_t>(MoveKind::kTo);
  intents.move_x[row] = static_cast<float>(food.x);
  intents.move_y[row] = static_cast<float>(food.y);
  intents.move_z[row] = static_cast<float>(food.z);
  return true;
}

bool ready_to_reproduce(const World& world, const SpeciesSpec& spec, std::uint32_t row) {
  const Columns& columns = world.columns();
  return spec.reproduce_energy > 0 && world.has_action("reproduce") &&
         columns.energy[row] >=
             kBroody * static_cast<float>(spec.reproduce_energy) + (1 - kBroody) &&
         columns.age[row] * world.tick_s() >= spec.reproduce_age_s;
}

}  // namespace

void NativeBehaviour::decide_row(const World& world, Intents& intents, std::uint32_t row) {
  const Columns& columns = world.columns();
  const SpeciesIndex species = columns.species[row];
  const SpeciesSpec& spec = world.scenario().species[species];
  const bool hungry = columns.hunger[row] > kHungry && world.diet(species) != 0;
  if (hungry && forage(world, intents, row, spec)) return;
  if (!hungry && ready_to_reproduce(world, spec, row)) {
    use(intents, row, AbilityKind::kReproduce);
  } else if (columns.energy[row] < kTired && spec.energy_rate > 0 && world.has_action("rest")) {
    use(intents, row, AbilityKind::kRest);
    return;
  }
  wander(intents, row);
}

void NativeBehaviour::decide(const World& world, Intents& intents, std::vector<Event>&) {
  for (const std::uint32_t row : world.agent_rows()) {
    if (world.columns().script[row] == kNoScript) decide_row(world, intents, row);
  }
}

void RandomWalker::decide(const World& world, Intents& intents, std::vector<Event>&) {
  for (const std::uint32_t row : world.agent_rows()) wander(intents, row);
}

}  // namespace cherub::engine
