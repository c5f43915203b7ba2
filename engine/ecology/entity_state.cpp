#include "engine/ecology/entity_state.h"

#include <algorithm>

#include "engine/ecology/systems.h"

namespace cherub::engine {
namespace {

constexpr float kConsumeHunger = 0.2f, kPredateHunger = 0.3f, kDrinkHydration = 0.7f;

bool is_living(const WorldState& state, std::uint32_t row) {
  return state.ecology && row < state.columns.size() && state.columns.alive[row] != 0;
}

bool eats_animals(const WorldState& state, SpeciesIndex species) {
  const auto& diet = state.rules[species].diet_order;
  return std::any_of(diet.begin(), diet.end(),
                     [&](SpeciesIndex food) { return state.rules[food].kind == Kind::kAgent; });
}

void fill_animal(const WorldState& state, std::uint32_t row, EntityState& made) {
  const Bodies& bodies = state.ecology->bodies;
  const bool feeds = made.mode == Mode::kForage || made.mode == Mode::kHunt;
  made.reproductive_drive = bodies.drive[row];
  made.can_consume = made.mode == Mode::kForage && made.hunger > kConsumeHunger;
  made.can_predate = feeds && made.hunger > kPredateHunger && eats_animals(state, made.species);
  made.can_pollinate = made.mode == Mode::kPollinate && state.rules[made.species].blossoms != 0 &&
                       bodies.pause_until[row] <= state.tick;
  made.can_drink = made.hydration < kDrinkHydration;
  made.repro_eligible = is_ready_to_breed(state, row);
}

}  // namespace

EntityState entity_state(const World& world, std::uint32_t row) {
  const WorldState& state = world.state();
  EntityState made;
  if (!is_living(state, row)) return made;
  const Columns& columns = state.columns;
  made.id = state.id_of(row);
  made.species = columns.species[row];
  made.mode = static_cast<Mode>(state.ecology->bodies.mode[row]);
  made.x = columns.x[row];
  made.y = columns.y[row];
  made.z = columns.z[row];
  made.hunger = columns.hunger[row];
  made.energy = columns.energy[row];
  made.hydration = 1 - columns.thirst[row];
  made.health = columns.health[row];
  if (state.rules[made.species].kind == Kind::kAgent) {
    fill_animal(state, row, made);
  } else if (state.rules[made.species].kind == Kind::kPlant) {
    made.growth = made.nutrient_store = columns.energy[row];
    made.spread_eligible = may_seed(state, row);
  }
  return made;
}

MotionStyle motion_style(const World& world, std::uint32_t row) {
  const EntityState entity = entity_state(world, row);
  MotionStyle style;
  style.posture = std::min(entity.health, entity.energy);
  switch (entity.mode) {
    case Mode::kFlee:
      return {1, 1, style.posture, 0.2f};
    case Mode::kHunt:
      return {0.9f, 0.4f, style.posture, 0.3f};
    case Mode::kMate:
      return {0.5f, 0.2f, style.posture, 1};
    case Mode::kSwarm:
      return {0.4f, 0.3f, style.posture, 1};
    case Mode::kDrink:
      return {0.5f, 0.6f, style.posture, 0.3f};
    case Mode::kForage:
    case Mode::kPollinate:
      return {0.4f, 0.3f, style.posture, 0.4f};
    case Mode::kIdle:
    case Mode::kRest:
      return {0, 0.2f, style.posture, 0.4f};
    case Mode::kWander:
      break;
  }
  return {0.3f, 0.3f, style.posture, 0.4f};
}

}  // namespace cherub::engine
