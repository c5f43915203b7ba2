#pragma once

#include <cstdint>
#include <vector>

#include "engine/base/ids.h"

namespace cherub::engine {

using base::EntityId;
using base::Tick;

// Which entry of Scenario::species an entity is of.
using SpeciesIndex = std::uint16_t;
inline constexpr std::uint16_t kNoScript = 0xffff;

// The state of all entities, one column per component; row i of every column is entity i. A free
// row has alive == 0 and keeps its generation for the next owner. Units: metres, radians, world
// seconds; drives and health run from 0 to 1.
struct Columns {
  std::vector<std::uint32_t> generation;
  std::vector<std::uint8_t> alive;
  std::vector<SpeciesIndex> species;
  std::vector<std::uint16_t> script;  // index into World::script_slots, or kNoScript

  std::vector<float> x, y, z;             // position
  std::vector<float> heading;             // direction of the last movement, anticlockwise from +x
  std::vector<float> health;              // 0: dies this tick
  std::vector<float> energy;              // spent by moving, regained by eating and resting
  std::vector<float> hunger;              // 0 fed … 1 starving
  std::vector<std::uint32_t> age;         // ticks since birth
  std::vector<std::uint32_t> collisions;  // bumps into walls or the map's edge since birth
  std::vector<float> damage;              // health lost to hazards since birth
  std::vector<float> travelled;           // path length since birth, m
  std::vector<std::uint8_t> reached;      // 1 once it has been within reach of a target

  // The outcome of last tick's intents: one Receipt value per slot.
  std::vector<std::uint8_t> move_receipt, ability_receipt, message_receipt;

  [[nodiscard]] std::size_t size() const { return alive.size(); }
};

}  // namespace cherub::engine
