#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/ids.h"
#include "engine/base/json_cursor.h"
#include "engine/base/result.h"

// The state of an ecosystem beside a world's columns. All matter is counted in whole units and only
// ever moves: from the soil into plants (bound), from mouth to mouth, to litter, and back into the
// soil (mineralised, by metabolism and decomposition). Energy goes the same ways: what is bound
// holds it, what is mineralised gave it off.
namespace cherub::engine {

using base::Tick;

inline constexpr double kUnitsPerMatter = 1e6;

// What an animal is about, as it says itself. Order is part of the recorded format.
enum class Mode : std::uint8_t {
  kIdle,
  kWander,
  kForage,
  kHunt,
  kFlee,
  kDrink,
  kRest,
  kMate,
  kPollinate,
  kSwarm,
};
inline constexpr std::array<std::string_view, 10> kModeNames = {
    "idle", "wander", "forage", "hunt", "flee", "drink", "rest", "mate", "pollinate", "swarm"};

// One entry per row of the world's columns; 0 in free rows.
struct Bodies {
  std::vector<std::uint32_t> matter;  // units: a plant's all, an animal's body and reserve
  std::vector<float> drive;           // animals: to reproduce, 0 … 1; plants: pollen, 0 … 1
  std::vector<std::uint8_t> mode;     // Mode
  std::vector<std::uint8_t> visits;   // pollinators: flowers since they paused; plants: visits
  std::vector<Tick> pause_until;      // animals: no hunt and no flower before; plants: next nectar
};

// Calls visit(name, column) for each, in the order of the hash.
template <class AnyBodies, class Visit>
void for_each_body_column(AnyBodies& bodies, Visit&& visit) {
  visit(std::string_view("matter"), bodies.matter);
  visit(std::string_view("drive"), bodies.drive);
  visit(std::string_view("mode"), bodies.mode);
  visit(std::string_view("visits"), bodies.visits);
  visit(std::string_view("pause_until"), bodies.pause_until);
}

// A coarse grid over the ground; row-major from (0, 0).
struct Soil {
  std::uint32_t cells_x = 0, cells_y = 0;
  double cell_m = 4;
  std::vector<std::uint64_t> nutrient;  // units that plants can take up
  std::vector<std::uint64_t> litter;    // units of dead matter
  std::vector<float> moisture;          // 0 … 1

  [[nodiscard]] std::size_t cell_of(float x, float y) const {
    const auto at = [&](float position, std::uint32_t cells) {
      const auto cell = static_cast<std::int64_t>(static_cast<double>(position) / cell_m);
      return static_cast<std::uint32_t>(cell < 0        ? 0
                                        : cell >= cells ? std::int64_t{cells} - 1
                                                        : cell);
    };
    return std::size_t{at(y, cells_y)} * cells_x + at(x, cells_x);
  }
};

struct Ecology {
  Soil soil;
  Bodies bodies;
  std::vector<float> colony;  // health by species, 0 … 1; 1 where there is no colony
  Tick fertile_until = 0;     // rain makes breeding and seeding easier until then
  // Units since the world began: brought in as soil and as bodies or litter, bound by plants and
  // mineralised.
  std::uint64_t brought_nutrient = 0, brought_organic = 0, bound = 0, mineralised = 0;
};

// Units by where they are.
struct MatterBalance {
  std::uint64_t nutrient = 0, litter = 0, bodies = 0;
  [[nodiscard]] std::uint64_t total() const { return nutrient + litter + bodies; }
};
MatterBalance balance_of(const Ecology& ecology);

std::uint64_t hash_of(const Ecology& ecology);
// As snapshots hold it.
std::string ecology_json(const Ecology& ecology);
Ecology read_ecology(base::JsonCursor& cursor);
// The name of the first part in which the two differ, or nullptr.
const char* difference_of(const Ecology& first, const Ecology& second);
// Whether a saved one fits a world with so many rows and species, and balances. `empty` is what the
// scenario begins with, whose sizes are right.
base::Result<void> check_ecology(const Ecology& saved, const Ecology& empty, std::size_t rows,
                                 std::size_t species);

}  // namespace cherub::engine
