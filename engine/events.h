#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/base/ids.h"

namespace cherub::engine {

using base::EntityId;
using base::Tick;

enum class EventKind : std::uint8_t {
  kSpawn,      // value: species index
  kBirth,      // other: parent
  kDeath,      // value: DeathCause
  kEat,        // other: what was eaten; value: hunger relieved
  kReach,      // the agent is within reach of a target for the first time; other: the target
  kCollision,  // value: metres that were cut from the movement
  kHazard,     // value: health lost
  kMessage,    // text
  kReload,     // text: "slot sha256"
  kFault,      // a policy failed for this agent this tick; text: what and where
};
const char* event_name(EventKind kind);

enum class DeathCause : std::uint8_t { kStarved, kEaten, kHazard, kAge, kRemoved };
const char* death_cause_name(DeathCause cause);

struct Event {
  EventKind kind = EventKind::kSpawn;
  EntityId entity;
  EntityId other;
  std::uint16_t species = 0;  // of `entity`
  double value = 0;
  float x = 0, y = 0;
  std::string text;
};

// Everything that happened in one tick, immutable once published. Ticks count from 0: once the
// report of tick t is out, World::tick() is t + 1.
struct TickReport {
  Tick tick = 0;
  std::uint64_t hash = 0;  // of the state behind this tick
  std::uint32_t alive = 0;
  std::vector<Event> events;
};

}  // namespace cherub::engine
