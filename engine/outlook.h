#pragma once

#include <cstdint>
#include <string_view>

#include "engine/ability.h"
#include "engine/world.h"

// What an entity is about, as a client that moves it needs to know (engine/heartbeat.h): computed
// from the world's state, and never state itself.
namespace cherub::engine {

// What somebody is doing: what its behaviour says it is about, where behaviours say so; else what
// it asked for in the last tick.
enum class Conduct : std::uint8_t {
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
  kTravel,  // to a place
  kGrow,    // plants
  kLie,     // things
};
std::string_view conduct_name(Conduct conduct);  // "IDLE", "FORAGING", …

// How it moves, each 0 … 1: how fast of what it can; how wary; 0 lying, 0.5 its head at the ground,
// 1 upright; how near to its kind.
struct MotionStyle {
  float pace = 0, caution = 0, posture = 1, social = 0;
  bool operator==(const MotionStyle&) const = default;
};

struct Outlook {
  Kind kind = Kind::kAgent;
  Conduct conduct = Conduct::kIdle;
  float hunger = 0, energy = 0, hydration = 1, health = 1;  // 0 … 1
  float drive = 0;                                          // agents: to reproduce, 0 … 1
  float growth = 0;                                         // plants, 0 … 1
  float nutrients = 0;                                      // plants: what they hold
  MotionStyle style;                                        // of agents
  bool can_consume = false;                                 // forages, hunger above 0.2
  bool can_predate =
      false;  // hunts, or forages and eats animals too; hunger above 0.3; its pause is over
  bool can_pollinate = false;  // is out for flowers, and may visit the next
  bool can_drink = false;      // hydration below 0.7
  bool repro_eligible = false;
  bool spread_eligible = false;  // plants: it would bear a seed, and there is room
  bool operator==(const Outlook&) const = default;
};

// Of a living row, between two ticks.
Outlook outlook_of(const World& world, std::uint32_t row);

struct WorldState;
// Those parts of it by which reports of clients are judged, whatever the row may eat.
bool wants_food(const WorldState& state, std::uint32_t row);
bool wants_prey(const WorldState& state, std::uint32_t row);
bool wants_flowers(const WorldState& state, std::uint32_t row);

}  // namespace cherub::engine
