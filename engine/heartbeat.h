#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "engine/base/ids.h"
#include "engine/base/json.h"
#include "engine/base/json_cursor.h"
#include "engine/base/result.h"

// Clients that move creatures themselves: what they report, and what the world makes of it. The
// world stays right about bodies, births and deaths; it lets itself be drawn to where a client
// shows somebody, and does what a client says happened where it could have happened.
namespace cherub::engine {

using base::EntityId;
using base::Tick;
struct WorldState;

inline constexpr std::size_t kHeartbeatMovesMax = 4096, kHeartbeatEventsMax = 1024;

// Where a client shows an entity, m. Its layer never changes, so there is no z.
struct ReportedMove {
  EntityId entity;
  double x = 0, y = 0;
  bool operator==(const ReportedMove&) const = default;
};

enum class ReportKind : std::uint8_t { kConsumption, kPredation, kPollination, kReproduction };
const char* report_kind_name(ReportKind kind);  // "consumption", "predation", …, "repro"

// What a client says its entities did. `target`: the food, the prey, the flower, the partner; of
// those who need no partner, the source itself. x, y: where, for whoever reads of it.
struct ReportedEvent {
  ReportKind kind = ReportKind::kConsumption;
  EntityId source, target;
  double x = 0, y = 0;
  bool operator==(const ReportedEvent&) const = default;
};

// A command (engine/commands.h). Moves are applied at the start of the tick, in order, by distance
// between the client's place and the world's:
//   below 0.1 m                    nothing
//   what 5 s of its speed can do   the world's goes 30 % of the way, not through walls, and pays
//                                  for it as for any way (event position_absorbed; value: the
//                                  distance)
//   beyond                         it stays (event position_refused; value: the distance), and
//                                  the client is to go back to it
// at most once in half a second for each entity; what comes sooner counts as nothing. Events happen
// after movement and before abilities, in order, by the same functions as these, each if state,
// diet and distance allow it then. Each gives an event client_event with text "<kind> <outcome>";
// the outcome is a receipt's name, or "capped".
struct Heartbeat {
  std::vector<ReportedMove> moves;
  std::vector<ReportedEvent> events;
  bool operator==(const Heartbeat&) const = default;
};

inline constexpr double kMoveIgnored_m = 0.1, kMoveReach_s = 2 * 2.5, kMoveShare = 0.3;
inline constexpr double kMovePause_s = 0.5, kReportPause_s = 2;
inline constexpr double kEatReach_m = 2, kCatchReach_m = 1.5, kFlowerReach_m = 2;
inline constexpr double kConsumeHungerMin = 0.2, kPredateHungerMin = 0.3;
// Of a species' clutch in so many ticks; of a predator in so many.
inline constexpr std::uint32_t kReportedClutchesMax = 3, kReportedKillsMax = 3;
inline constexpr Tick kBirthWindow_ticks = 50, kKillWindow_ticks = 100;
inline constexpr std::size_t kPausesMax = std::size_t{1} << 16;

// What was reported lately, by which the limits above go. State; empty where nobody reports.
struct ReportHistory {
  struct Count {
    std::uint64_t of = 0;  // a predator's EntityId::packed, or a species
    std::uint32_t count = 0;
    Tick tick = 0;
    bool operator==(const Count&) const = default;
  };
  // By source and target, EntityId::packed: before when nothing more is taken of the two; of the
  // same twice: no move.
  std::map<std::pair<std::uint64_t, std::uint64_t>, Tick> pauses;
  std::vector<Count> kills, births;  // in the order in which they came
  bool operator==(const ReportHistory&) const = default;
  [[nodiscard]] bool empty() const { return pauses.empty() && kills.empty() && births.empty(); }
};
std::uint64_t hash_of(const ReportHistory& history);
// As snapshots hold it.
std::string history_json(const ReportHistory& history);
ReportHistory read_history(base::JsonCursor& cursor);
// Forgets what no limit asks for any more.
void forget_reports(ReportHistory& history, Tick tick);

// {"type":"heartbeat","moves":[{"id","x","y","z"?}],
//  "events":[{"kind","source","target"?,"x"?,"y"?,"z"?}]}: in journals and from clients. Both lists
// may be left out; z is read over. Errors name the member: "events[2].target".
std::string heartbeat_json(const Heartbeat& heartbeat);
base::Result<Heartbeat> heartbeat_from_json(const rapidjson::Value& object);

// Whether all numbers are numbers and the lists are not too long; the rest is seen when applied.
base::Result<void> check(const WorldState& state, const Heartbeat& heartbeat);
void apply(WorldState& state, const Heartbeat& heartbeat);
// The events of this tick's heartbeats.
void resolve_reports(WorldState& state);

}  // namespace cherub::engine
