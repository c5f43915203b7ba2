#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
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
  std::vector<std::uint8_t> role;     // index into Scenario::roles, or kNoRole
  std::vector<std::uint16_t> script;  // index into World::script_slots, or kNoScript

  std::vector<float> x, y, z;             // position
  std::vector<float> heading;             // direction of the last movement, anticlockwise from +x
  std::vector<float> health;              // 0: dies this tick
  std::vector<float> energy;              // spent by moving, regained by eating and resting
  std::vector<float> hunger;              // 0 fed … 1 starving
  std::vector<float> thirst;              // 0 … 1: parched, which costs health as starving does
  std::vector<std::uint32_t> age;         // ticks since birth
  std::vector<std::uint32_t> collisions;  // bumps into walls or the map's edge since birth
  std::vector<float> damage;              // health lost to hazards and abilities since birth
  std::vector<float> travelled;           // path length since birth, m
  std::vector<std::uint8_t> reached;      // 1 once it has been within reach of a target

  // The outcome of last tick's intents: one Receipt value per slot.
  std::vector<std::uint8_t> move_receipt, ability_receipt, message_receipt;

  [[nodiscard]] std::size_t size() const { return alive.size(); }
};

// The one list of all columns: calls visit(name, column) for each, in the order of the state hash.
// Hashes, saves and comparisons go by it.
template <class AnyColumns, class Visit>
void for_each_column(AnyColumns& columns, Visit&& visit) {
  visit(std::string_view("generation"), columns.generation);
  visit(std::string_view("alive"), columns.alive);
  visit(std::string_view("species"), columns.species);
  visit(std::string_view("role"), columns.role);
  visit(std::string_view("script"), columns.script);
  visit(std::string_view("age"), columns.age);
  visit(std::string_view("collisions"), columns.collisions);
  visit(std::string_view("reached"), columns.reached);
  visit(std::string_view("x"), columns.x);
  visit(std::string_view("y"), columns.y);
  visit(std::string_view("z"), columns.z);
  visit(std::string_view("heading"), columns.heading);
  visit(std::string_view("health"), columns.health);
  visit(std::string_view("energy"), columns.energy);
  visit(std::string_view("hunger"), columns.hunger);
  visit(std::string_view("thirst"), columns.thirst);
  visit(std::string_view("damage"), columns.damage);
  visit(std::string_view("travelled"), columns.travelled);
  visit(std::string_view("move_receipt"), columns.move_receipt);
  visit(std::string_view("ability_receipt"), columns.ability_receipt);
  visit(std::string_view("message_receipt"), columns.message_receipt);
}

inline constexpr std::size_t kColumnCount = 21;
// A column that is added must be listed above, or it would be neither hashed nor saved.
static_assert(sizeof(Columns) == kColumnCount * sizeof(std::vector<float>));

}  // namespace cherub::engine
