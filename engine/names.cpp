#include "engine/events.h"
#include "engine/intents.h"
#include "engine/phase.h"
#include "engine/scenario.h"
#include "engine/terrain.h"

namespace cherub::engine {

const char* receipt_name(Receipt receipt) {
  switch (receipt) {
    case Receipt::kNone:
      return "none";
    case Receipt::kAccepted:
      return "accepted";
    case Receipt::kBlocked:
      return "blocked";
    case Receipt::kNotFinite:
      return "not_finite";
    case Receipt::kNoSuchTarget:
      return "no_such_target";
    case Receipt::kOutOfReach:
      return "out_of_reach";
    case Receipt::kNotInDiet:
      return "not_in_diet";
    case Receipt::kNotReady:
      return "not_ready";
    case Receipt::kExhausted:
      return "exhausted";
    case Receipt::kNotAvailable:
      return "not_available";
    case Receipt::kCrowded:
      return "crowded";
    case Receipt::kTooLong:
      return "too_long";
    case Receipt::kUnknownAbility:
      return "unknown_ability";
    case Receipt::kCoolingDown:
      return "cooling_down";
    case Receipt::kUnwilling:
      return "unwilling";
    case Receipt::kUnpaid:
      return "unpaid";
    case Receipt::kNoItem:
      return "no_item";
    case Receipt::kHandsFull:
      return "hands_full";
    case Receipt::kFailed:
      return "failed";
    case Receipt::kFaulted:
      return "faulted";
  }
  return "unknown";
}

const char* event_name(EventKind kind) {
  switch (kind) {
    case EventKind::kSpawn:
      return "spawn";
    case EventKind::kBirth:
      return "birth";
    case EventKind::kDeath:
      return "death";
    case EventKind::kEat:
      return "eat";
    case EventKind::kReach:
      return "reach";
    case EventKind::kCollision:
      return "collision";
    case EventKind::kHazard:
      return "hazard";
    case EventKind::kMessage:
      return "message";
    case EventKind::kReload:
      return "reload";
    case EventKind::kFault:
      return "fault";
    case EventKind::kAbility:
      return "ability";
    case EventKind::kDamage:
      return "damage";
    case EventKind::kPickUp:
      return "pick_up";
    case EventKind::kDrop:
      return "drop";
    case EventKind::kGive:
      return "give";
    case EventKind::kTheft:
      return "theft";
    case EventKind::kOffer:
      return "offer";
    case EventKind::kTrade:
      return "trade";
    case EventKind::kRequest:
      return "request";
    case EventKind::kPollinate:
      return "pollinate";
    case EventKind::kMiss:
      return "miss";
    case EventKind::kPositionAbsorbed:
      return "position_absorbed";
    case EventKind::kPositionRefused:
      return "position_refused";
    case EventKind::kClientEvent:
      return "client_event";
    case EventKind::kFetch:
      return "fetch";
    case EventKind::kCraft:
      return "craft";
  }
  return "unknown";
}

const char* death_cause_name(DeathCause cause) {
  switch (cause) {
    case DeathCause::kStarved:
      return "starved";
    case DeathCause::kEaten:
      return "eaten";
    case DeathCause::kHazard:
      return "hazard";
    case DeathCause::kAge:
      return "age";
    case DeathCause::kRemoved:
      return "removed";
    case DeathCause::kKilled:
      return "killed";
    case DeathCause::kTaken:
      return "taken";
    case DeathCause::kThirst:
      return "thirst";
  }
  return "unknown";
}

const char* kind_name(Kind kind) {
  switch (kind) {
    case Kind::kAgent:
      return "agent";
    case Kind::kPlant:
      return "plant";
    case Kind::kTarget:
      return "target";
    case Kind::kItem:
      return "item";
    case Kind::kObstacle:
      return "obstacle";
    case Kind::kPlace:
      return "place";
  }
  return "unknown";
}

const char* block_name(Block block) {
  switch (block) {
    case Block::kOpen:
      return "open";
    case Block::kWall:
      return "wall";
    case Block::kHazard:
      return "hazard";
    case Block::kWater:
      return "water";
  }
  return "unknown";
}

const char* phase_name(Phase phase) {
  switch (phase) {
    case Phase::kCommands:
      return "commands";
    case Phase::kSense:
      return "sense";
    case Phase::kDecide:
      return "decide";
    case Phase::kResolve:
      return "resolve";
    case Phase::kLive:
      return "live";
    case Phase::kPublish:
      return "publish";
  }
  return "unknown";
}

}  // namespace cherub::engine
