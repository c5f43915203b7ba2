#pragma once

#include <cstdint>

#include "engine/ecology/ecology.h"
#include "engine/world.h"

namespace cherub::engine {

// One living entity of an ecosystem, as clients that show it or play along need it. Drives, health
// and shares run from 0 to 1.
struct EntityState {
  EntityId id;
  SpeciesIndex species = 0;
  Mode mode = Mode::kIdle;
  float x = 0, y = 0, z = 0;  // m: the reference position
  float hunger = 0, energy = 0, hydration = 0, health = 0;
  float reproductive_drive = 0;  // animals
  float growth = 0;              // plants
  float nutrient_store = 0;      // plants: matter of a grown one
  // What it may do now, by its drives and by what it is about.
  bool can_consume = false;      // forages, and is hungrier than 0.2
  bool can_predate = false;      // hunts or forages, eats animals, and is hungrier than 0.3
  bool can_pollinate = false;    // visits flowers, and its pause is over
  bool can_drink = false;        // hydration below 0.7
  bool repro_eligible = false;   // ready to breed, apart from a partner
  bool spread_eligible = false;  // a plant healthy, wet and grown enough to seed
};

// For how it moves: 0 … 1 each, from its mode and drives.
struct MotionStyle {
  float pace = 0, caution = 0, posture = 0, social = 0;
};

// Of a living row of an ecosystem; a default one elsewhere.
EntityState entity_state(const World& world, std::uint32_t row);
MotionStyle motion_style(const World& world, std::uint32_t row);

}  // namespace cherub::engine
