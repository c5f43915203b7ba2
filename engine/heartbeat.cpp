#include "engine/heartbeat.h"

#include <algorithm>
#include <cmath>

#include "engine/angle.h"
#include "engine/ecology/systems.h"
#include "engine/feeding.h"
#include "engine/nature.h"
#include "engine/outlook.h"
#include "engine/uses.h"
#include "engine/world_state.h"

namespace cherub::engine {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

// What became of a report: a receipt, or one of the limits that see the past.
struct Outcome {
  Receipt receipt = Receipt::kNotAvailable;
  bool capped = false;
  [[nodiscard]] const char* name() const { return capped ? "capped" : receipt_name(receipt); }
};

Tick ticks_of(const WorldState& state, double seconds) {
  return static_cast<Tick>(std::max(1.0, std::ceil(seconds / state.tick_s)));
}

bool is_paused(const WorldState& state, EntityId source, EntityId target) {
  const auto& pauses = state.society.reports.pauses;
  const auto found = pauses.find({source.packed(), target.packed()});
  return found != pauses.end() && found->second > state.tick;
}

// False when so many pauses are running that nothing more can be remembered.
bool has_room_to_pause(WorldState& state) {
  ReportHistory& reports = state.society.reports;
  if (reports.pauses.size() >= kPausesMax) forget_reports(reports, state.tick);
  return reports.pauses.size() < kPausesMax;
}

void pause(WorldState& state, EntityId source, EntityId target, double seconds) {
  state.society.reports.pauses[{source.packed(), target.packed()}] =
      state.tick + ticks_of(state, seconds);
}

std::uint64_t count_since(const std::vector<ReportHistory::Count>& counts, std::uint64_t of,
                          Tick now, Tick window) {
  std::uint64_t sum = 0;
  for (const auto& entry : counts) {
    if (entry.of == of && entry.tick + window > now) sum += entry.count;
  }
  return sum;
}

void absorb(WorldState& state, std::uint32_t row, double dx, double dy) {
  Columns& columns = state.columns;
  const SpeciesRules& rules = state.rules_of(row);
  const double distance = std::sqrt(dx * dx + dy * dy);
  const float from_x = columns.x[row], from_y = columns.y[row];
  const bool tired = rules.energy_per_m > 0 && columns.energy[row] <= 0;
  const double share = kMoveShare * (tired ? double{kExhaustedShare} : 1);
  shove(state, row, dx * share, dy * share);
  const float way_x = columns.x[row] - from_x, way_y = columns.y[row] - from_y;
  const float way = std::sqrt(way_x * way_x + way_y * way_y);
  if (way > 0) columns.heading[row] = direction_angle(way_x, way_y);
  columns.travelled[row] += way;
  columns.energy[row] = std::max(0.0f, columns.energy[row] - rules.energy_per_m * way);
  state.events.push_back(event_at(state, EventKind::kPositionAbsorbed, row, distance));
}

void apply(WorldState& state, const ReportedMove& move) {
  if (!state.exists(move.entity)) return;  // it died on the way: its removal is told anyway
  const std::uint32_t row = move.entity.index;
  const double dx = move.x - double{state.columns.x[row]};
  const double dy = move.y - double{state.columns.y[row]};
  const double distance = std::sqrt(dx * dx + dy * dy);
  if (distance < kMoveIgnored_m || is_paused(state, move.entity, move.entity)) return;
  const double speed = state.rules_of(row).step_m / state.tick_s;
  const bool fits = state.rules_of(row).kind == Kind::kAgent && distance <= speed * kMoveReach_s;
  if (!fits) {
    state.events.push_back(event_at(state, EventKind::kPositionRefused, row, distance));
    return;
  }
  if (!has_room_to_pause(state)) return;
  pause(state, move.entity, move.entity, kMovePause_s);
  absorb(state, row, dx, dy);
}

Receipt check_target(const WorldState& state, const ReportedEvent& report, bool wants_agent) {
  const bool lives = report.target != report.source && state.exists(report.target) &&
                     !state.is_dying(report.target.index);
  if (!lives) return Receipt::kNoSuchTarget;
  const bool is_agent = state.rules_of(report.target.index).kind == Kind::kAgent;
  return is_agent == wants_agent ? Receipt::kAccepted : Receipt::kNotAvailable;
}

Receipt feed(WorldState& state, const ReportedEvent& report, double reach_m) {
  return eat_within(state, report.source.index, report.target, reach_m);
}

Outcome consume(WorldState& state, const ReportedEvent& report) {
  if (!allows(state, Action::kEat)) return {Receipt::kNotAvailable};
  if (const Receipt target = check_target(state, report, false); target != Receipt::kAccepted) {
    return {target};
  }
  const std::uint32_t row = report.source.index;
  if (!wants_food(state, row)) return {Receipt::kNotReady};
  return {feed(state, report, kEatReach_m)};
}

Outcome predate(WorldState& state, const ReportedEvent& report) {
  if (!allows(state, Action::kEat)) return {Receipt::kNotAvailable};
  if (const Receipt target = check_target(state, report, true); target != Receipt::kAccepted) {
    return {target};
  }
  const std::uint32_t row = report.source.index;
  if (!wants_prey(state, row)) return {Receipt::kNotReady};
  auto& kills = state.society.reports.kills;
  const std::uint64_t predator = report.source.packed();
  if (count_since(kills, predator, state.tick, kKillWindow_ticks) >= kReportedKillsMax) {
    return {Receipt::kNotReady, true};
  }
  const Receipt receipt = feed(state, report, kCatchReach_m);
  if (receipt == Receipt::kAccepted) kills.push_back({predator, 1, state.tick});
  return {receipt};
}

Outcome visit_flower(WorldState& state, const ReportedEvent& report) {
  if (!state.ecology || !allows(state, Action::kPollinate)) return {Receipt::kNotAvailable};
  const std::uint32_t row = report.source.index;
  if (!wants_flowers(state, row)) return {Receipt::kNotReady};
  return {pollinate(state, row, report.target, kFlowerReach_m)};
}

Outcome breed(WorldState& state, const ReportedEvent& report) {
  if (!allows(state, Action::kReproduce)) return {Receipt::kNotAvailable};
  const std::uint32_t row = report.source.index;
  const SpeciesIndex species = state.columns.species[row];
  if (!state.ecology) {
    if (const Receipt fit = check_fitness(state, row); fit != Receipt::kAccepted) return {fit};
  }
  const auto clutch =
      state.ecology ? static_cast<std::uint32_t>(state.scenario.species[species].clutch) : 1u;
  auto& births = state.society.reports.births;
  if (count_since(births, species, state.tick, kBirthWindow_ticks) + clutch >
      kReportedClutchesMax * std::uint64_t{clutch}) {
    return {Receipt::kNotReady, true};
  }
  const Receipt receipt =
      state.ecology ? breed_with(state, row, report.target) : reproduce(state, row);
  if (receipt == Receipt::kAccepted) births.push_back({species, clutch, state.tick});
  return {receipt};
}

Outcome resolve(WorldState& state, const ReportedEvent& report) {
  const std::uint32_t row = report.source.index;
  if (!state.exists(report.source) || state.is_dying(row)) return {Receipt::kNoSuchTarget};
  if (state.rules_of(row).kind != Kind::kAgent) return {Receipt::kNotAvailable};
  if (is_paused(state, report.source, report.target) || !has_room_to_pause(state)) {
    return {Receipt::kCoolingDown};
  }
  switch (report.kind) {
    case ReportKind::kConsumption:
      return consume(state, report);
    case ReportKind::kPredation:
      return predate(state, report);
    case ReportKind::kPollination:
      return visit_flower(state, report);
    case ReportKind::kReproduction:
      return breed(state, report);
  }
  return {Receipt::kNotAvailable};
}

void tell(WorldState& state, const ReportedEvent& report, const Outcome& outcome) {
  Event event;
  event.kind = EventKind::kClientEvent;
  if (state.exists(report.source)) {
    event = event_at(state, EventKind::kClientEvent, report.source.index);
  } else {
    event.entity = report.source;
    event.x = static_cast<float>(report.x);
    event.y = static_cast<float>(report.y);
  }
  event.other = report.target;
  event.text = std::string(report_kind_name(report.kind)) + " " + outcome.name();
  state.events.push_back(std::move(event));
}

}  // namespace

void forget_reports(ReportHistory& history, Tick tick) {
  std::erase_if(history.pauses, [&](const auto& entry) { return entry.second <= tick; });
  const auto forget = [&](std::vector<ReportHistory::Count>& counts, Tick window) {
    std::erase_if(counts, [&](const auto& entry) { return entry.tick + window <= tick; });
  };
  forget(history.kills, kKillWindow_ticks);
  forget(history.births, kBirthWindow_ticks);
}

Result<void> check(const WorldState&, const Heartbeat& heartbeat) {
  const auto wrong = [](const char* list, std::size_t index) {
    return Error{ErrorCode::kInvalidArgument, "Must be a place within a world's bounds.",
                 "heartbeat." + std::string(list) + "[" + std::to_string(index) + "]"};
  };
  const auto is_place = [](double x, double y) {
    constexpr double kFar_m = 1e6;  // also keeps out what is no number
    return std::abs(x) <= kFar_m && std::abs(y) <= kFar_m;
  };
  if (heartbeat.moves.size() > kHeartbeatMovesMax ||
      heartbeat.events.size() > kHeartbeatEventsMax) {
    return Error{ErrorCode::kInvalidArgument, "Has at most 4096 moves and 1024 events.",
                 "heartbeat"};
  }
  for (std::size_t i = 0; i < heartbeat.moves.size(); ++i) {
    if (!is_place(heartbeat.moves[i].x, heartbeat.moves[i].y)) return wrong("moves", i);
  }
  for (std::size_t i = 0; i < heartbeat.events.size(); ++i) {
    if (!is_place(heartbeat.events[i].x, heartbeat.events[i].y)) return wrong("events", i);
  }
  return {};
}

void apply(WorldState& state, const Heartbeat& heartbeat) {
  for (const ReportedMove& move : heartbeat.moves) apply(state, move);
  state.reported.insert(state.reported.end(), heartbeat.events.begin(), heartbeat.events.end());
}

void resolve_reports(WorldState& state) {
  for (const ReportedEvent& report : state.reported) {
    const Outcome outcome = resolve(state, report);
    // Also a hunt that failed has been tried.
    const bool tried = outcome.receipt == Receipt::kAccepted || outcome.receipt == Receipt::kFailed;
    if (tried && !outcome.capped) pause(state, report.source, report.target, kReportPause_s);
    tell(state, report, outcome);
  }
  state.reported.clear();
}

}  // namespace cherub::engine
