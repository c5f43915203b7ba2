#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/ability.h"

namespace cherub::engine {

enum class MoveKind : std::uint8_t {
  kNone = 0,
  kBy,      // by (x, y, z) metres, cut to what speed allows in a tick
  kTo,      // toward the point (x, y, z), at most one tick's way
  kWander,  // a random direction that persists for a while; the engine draws it
  kTurn,    // on the spot, by move_x radians, anticlockwise
};

enum class AbilityKind : std::uint8_t {
  kNone = 0,
  kEat,        // target: an entity in reach that the species' diet lists
  kReproduce,  // no target
  kRest,       // regains energy; excludes movement in the same tick
  kUse,        // an ability of World::abilities(): the row has an entry in Intents::uses
  kDrink,      // ecosystems: from water in reach
  kPollinate,  // ecosystems; target: a flower in reach
};

// What became of an intent. Visible to the policy in the next tick and to telemetry. Order is part
// of the recorded format: append only.
enum class Receipt : std::uint8_t {
  kNone = 0,  // nothing was asked
  kAccepted,
  kBlocked,       // a wall or the map's edge stopped the movement short
  kNotFinite,     // NaN or infinity among the numbers
  kNoSuchTarget,  // the target does not exist (any more)
  kOutOfReach,
  kNotInDiet,
  kNotReady,        // reproduction: too young, hungry or tired
  kExhausted,       // no energy left
  kNotAvailable,    // this scenario or species has no such action
  kCrowded,         // no room for offspring
  kTooLong,         // message over the limit
  kUnknownAbility,  // no such ability here, or the agent does not know it
  kCoolingDown,     // used a moment ago
  kUnwilling,       // the ability's can_use said no
  kUnpaid,          // an effect would have cost more than the ability's energy_cost
  kNoItem,          // not in whose hands it should be
  kHandsFull,       // no room for what would be picked up, given or traded
  kFailed,          // tried and did not work: a theft that was noticed, no offer to accept
  kFaulted,         // the ability's script failed
};
inline constexpr int kReceiptCount = 20;
// Whether what was asked for did not happen; a movement that a wall cut short did.
constexpr bool is_refusal(Receipt receipt) {
  return receipt != Receipt::kNone && receipt != Receipt::kAccepted && receipt != Receipt::kBlocked;
}
// "accepted", "out_of_reach", …: the words policies and telemetry see.
const char* receipt_name(Receipt receipt);

inline constexpr std::size_t kMessageBytesMax = 200;
inline constexpr std::uint8_t kNoMode = 0xff;  // nothing was said

enum class MessageKind : std::uint8_t {
  kSay,      // heard by who has senses so far
  kRequest,  // for a new ability, in words; by roles that may
};

// One slot each for movement, ability and message per entity row, cleared before every decide
// phase.
struct Intents {
  std::vector<std::uint8_t> move;  // MoveKind
  std::vector<float> move_x, move_y, move_z;
  std::vector<std::uint8_t> ability;          // AbilityKind
  std::vector<std::uint64_t> ability_target;  // EntityId::packed
  // What the agents are about, as they say: Mode, or kNoMode. Empty but in ecosystems.
  std::vector<std::uint8_t> mode;
  struct Message {
    std::uint32_t row;
    std::string text;
    MessageKind kind = MessageKind::kSay;
  };
  std::vector<Message> messages;  // at most one per row; sorted by row before resolve
  // A use of an ability whose script has run already: what it asked for in the frozen world. At
  // most one per row; sorted by row before resolve.
  struct Use {
    std::uint32_t row = 0;
    AbilityIndex ability = 0;
    EntityId target;                       // the user itself when none was named
    Receipt receipt = Receipt::kAccepted;  // else why nothing is to happen
    std::vector<Effect> effects;
    bool at_place = false;  // aimed at (x, y) rather than at somebody
    double x = 0, y = 0;
  };
  std::vector<Use> uses;

  void clear(std::size_t rows);
};

}  // namespace cherub::engine
