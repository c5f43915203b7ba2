#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/base/ids.h"

namespace cherub::engine {

using base::EntityId;
using base::Tick;

enum class EventKind : std::uint8_t {
  kSpawn,  // value: species index
  kBirth,  // other: parent
  kDeath,  // value: DeathCause
  kEat,    // other: what was eaten, or the eater itself when it was in its hands: text says what;
           // value: hunger relieved
  kReach,  // the agent is within reach of a target for the first time; other: the target
  kCollision,  // value: metres that were cut from the movement
  kHazard,     // value: health lost
  kMessage,    // text
  kReload,     // text: "slot sha256"
  kFault,      // a policy failed for this agent this tick; text: what and where
  kAbility,    // other: target; value: energy paid; text: name of the ability
  kDamage,     // other: who did it; value: health lost
  kPickUp,     // other: the thing
  kDrop,       // entity: the thing that lies there now; other: who let it fall
  kGive,       // other: who got it; value: count; text: item
  kTheft,      // other: whose it was; value: count, 0 when it was noticed and failed; text: item
  kOffer,      // other: to whom; text: "2 apple for 1 coin"
  kTrade,      // the entity took up the offer of `other`; text: the offer
  kRequest,    // text: what ability is asked for
  kPollinate,  // other: the flower; value: hunger relieved
  kMiss,       // a hunter missed its prey, `other`
  kFetch,      // other: the place out of whose store it came; value: count; text: item
  kCraft,      // other: where; value: how many were made; text: item
  kPositionAbsorbed,  // drawn toward where a client shows it; value: how far that was, m
  kPositionRefused,   // a client shows it where it cannot be; value: how far that is, m
  kClientEvent,       // what a client reported; other: its target; text: "predation accepted"
};
const char* event_name(EventKind kind);

enum class DeathCause : std::uint8_t {
  kStarved,
  kEaten,
  kHazard,
  kAge,
  kRemoved,
  kKilled,  // by an ability
  kTaken,   // a thing that was picked up
  kThirst,
};
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
