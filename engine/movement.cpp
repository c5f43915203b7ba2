#include <algorithm>
#include <array>
#include <cmath>
#include <span>

#include "engine/angle.h"
#include "engine/base/choose.h"
#include "engine/nature.h"
#include "engine/slide.h"
#include "engine/tasks.h"
#include "engine/voxel_movement.h"
#include "engine/world_state.h"

namespace cherub::engine {
namespace {

using base::choose;

// Movement that a wall cut by less than this counts as done.
constexpr double kCutIgnored_m = 1e-4;
// A way that is longer than a tick's by less than this factor is not cut.
constexpr double kRounding = 1 + 1e-9;
constexpr double kFullTurn = 6.283185307179586;
constexpr double kWanderPeriod_s = 1.5;
constexpr int kWanderTriesMax = 8;

// Rows that are moved together. Each step is done for all of them before the next one: what one row
// waits for does not hold up the others, and no step asks what cannot be predicted.
constexpr std::size_t kBlockRows = 256;

struct Vec {
  double x = 0, y = 0;
  [[nodiscard]] double squared() const { return x * x + y * y; }
  [[nodiscard]] double length() const { return std::sqrt(squared()); }
};

// Those of a block whose intent is in order, by row, and the steps on their way.
struct Movers {
  std::size_t count = 0;
  std::array<std::uint32_t, kBlockRows> rows;
  std::array<double, kBlockRows> way_x, way_y;  // what they want, m
  std::array<float, kBlockRows> to_x, to_y;     // where that leads, cut to their speed
  // Indices of the above.
  std::size_t wanderers_count = 0, directed_count = 0, again_count = 0;
  std::array<std::uint16_t, kBlockRows> wanderers, directed;
  std::array<std::uint16_t, kBlockRows> again;  // wanderers whose first draw was no direction
};

// When wanderers change direction: each once per period, at a phase of its own.
struct WanderClock {
  explicit WanderClock(const WorldState& state)
      : period(static_cast<std::uint64_t>(std::max(1.0, kWanderPeriod_s / state.tick_s))),
        epoch(state.tick / period),
        ticks_in(state.tick % period) {}

  // How often someone with this salt has changed its direction.
  [[nodiscard]] std::uint64_t changes(std::uint64_t salt) const {
    const std::uint64_t phase = (salt >> 32) * period >> 32;
    return epoch + (ticks_in + phase >= period ? 1 : 0);
  }

  std::uint64_t period, epoch, ticks_in;
};

// A direction that holds for a while and changes after a bump. Drawn in the unit disc, so that no
// trigonometry is needed.
struct WanderDraw {
  base::RandomStream random;
  bool is_direction = false;
  Vec direction;

  void draw() {
    const Vec drawn{random.uniform(-1, 1), random.uniform(-1, 1)};
    const double squared = drawn.squared();
    is_direction = (squared > 0.0001) & (squared <= 1);
    const double scale = 1 / std::sqrt(squared);
    direction = {drawn.x * scale, drawn.y * scale};
  }
};

WanderDraw first_draw(const WorldState& state, const WanderClock& clock, std::uint32_t row) {
  const std::uint64_t salt = base::mix64(state.seed ^ state.id_of(row).packed());
  const std::uint64_t bumps = state.columns.collisions[row];
  const std::uint64_t stretch = clock.changes(salt) ^ (bumps << 32);
  WanderDraw draw{base::RandomStream::of(salt, stretch, base::Stream::kBehaviour), false, {}};
  draw.draw();
  return draw;
}

Vec later_draw(const WorldState& state, const WanderClock& clock, std::uint32_t row) {
  WanderDraw draw = first_draw(state, clock, row);
  for (int tries = 1; tries < kWanderTriesMax && !draw.is_direction; ++tries) draw.draw();
  return draw.is_direction ? draw.direction : Vec{1, 0};
}

// What the scenario allows, by MoveKind, and whether resting keeps from moving.
struct Permissions {
  explicit Permissions(const WorldState& state)
      : moves{false, allows(state, Action::kMove), allows(state, Action::kMoveTo),
              allows(state, Action::kWander)},
        rest(allows(state, Action::kRest)) {}
  std::array<bool, 4> moves;
  bool rest;
};

// kAccepted when the row's intent is in order.
Receipt answer(const WorldState& state, const Permissions& permissions, std::uint32_t row) {
  const Intents& intents = state.intents;
  const std::size_t kind = intents.move[row];
  if (kind == static_cast<std::size_t>(MoveKind::kNone)) return Receipt::kNone;
  const bool known = kind < permissions.moves.size() && permissions.moves[kind];
  if (!known || state.rules_of(row).step_m <= 0) return Receipt::kNotAvailable;
  const auto rest = static_cast<std::uint8_t>(AbilityKind::kRest);
  if ((intents.ability[row] == rest) & permissions.rest) return Receipt::kNotAvailable;
  const bool wanders = kind == static_cast<std::size_t>(MoveKind::kWander);
  // Asked first, because nearly all are; what a wanderer leaves there does not matter.
  const bool finite = std::isfinite(intents.move_x[row]) && std::isfinite(intents.move_y[row]) &&
                      std::isfinite(intents.move_z[row]);
  return finite || wanders ? Receipt::kAccepted : Receipt::kNotFinite;
}

// On the spot. The remainder is exact, so headings do not depend on the machine's math library.
Receipt turn_on_the_spot(WorldState& state, std::uint32_t row) {
  double angle = state.intents.move_x[row];
  if (!allows(state, Action::kTurn)) return Receipt::kNotAvailable;
  if (!std::isfinite(angle)) return Receipt::kNotFinite;
  float& heading = state.columns.heading[row];
  const double most = state.rules_of(row).turn_per_tick;
  if (most > 0) angle = std::clamp(angle, -most, most);
  heading = static_cast<float>(std::remainder(double{heading} + angle, kFullTurn));
  return Receipt::kAccepted;
}

// Answers all rows, and keeps those that will move.
void muster(WorldState& state, const Permissions& permissions, std::span<const std::uint32_t> rows,
            Movers& movers) {
  movers.count = movers.wanderers_count = movers.directed_count = movers.again_count = 0;
  for (const std::uint32_t row : rows) {
    if (static_cast<MoveKind>(state.intents.move[row]) == MoveKind::kTurn) [[unlikely]] {
      const Receipt receipt = turn_on_the_spot(state, row);
      state.columns.move_receipt[row] = static_cast<std::uint8_t>(receipt);
      continue;
    }
    const Receipt receipt = answer(state, permissions, row);
    state.columns.move_receipt[row] = static_cast<std::uint8_t>(receipt);
    const bool moves = receipt == Receipt::kAccepted;
    const bool wanders = static_cast<MoveKind>(state.intents.move[row]) == MoveKind::kWander;
    const auto index = static_cast<std::uint16_t>(movers.count);
    movers.rows[movers.count] = row;
    movers.wanderers[movers.wanderers_count] = index;
    movers.directed[movers.directed_count] = index;
    movers.count += moves ? 1 : 0;
    movers.wanderers_count += (moves & wanders) ? 1 : 0;
    movers.directed_count += (moves & !wanders) ? 1 : 0;
  }
}

void wander(const WorldState& state, const WanderClock& clock, Movers& movers) {
  const auto set_way = [&](std::size_t index, Vec direction) {
    const double step = state.rules_of(movers.rows[index]).step_m;
    movers.way_x[index] = direction.x * step;
    movers.way_y[index] = direction.y * step;
  };
  for (std::size_t i = 0; i < movers.wanderers_count; ++i) {
    const std::uint16_t index = movers.wanderers[i];
    const WanderDraw draw = first_draw(state, clock, movers.rows[index]);
    set_way(index, draw.direction);
    movers.again[movers.again_count] = index;
    movers.again_count += draw.is_direction ? 0 : 1;
  }
  for (std::size_t i = 0; i < movers.again_count; ++i) {
    const std::uint16_t index = movers.again[i];
    set_way(index, later_draw(state, clock, movers.rows[index]));
  }
}

void direct(const WorldState& state, Movers& movers) {
  const Intents& intents = state.intents;
  for (std::size_t i = 0; i < movers.directed_count; ++i) {
    const std::uint16_t index = movers.directed[i];
    const std::uint32_t row = movers.rows[index];
    const bool is_place = static_cast<MoveKind>(intents.move[row]) == MoveKind::kTo;
    const double from_x = choose(is_place, state.columns.x[row], 0.0);
    const double from_y = choose(is_place, state.columns.y[row], 0.0);
    movers.way_x[index] = double{intents.move_x[row]} - from_x;
    movers.way_y[index] = double{intents.move_y[row]} - from_y;
  }
}

void cut_to_speed(WorldState& state, Movers& movers) {
  Columns& columns = state.columns;
  for (std::size_t i = 0; i < movers.count; ++i) {
    const std::uint32_t row = movers.rows[i];
    const SpeciesRules& rules = state.rules_of(row);
    const Vec way{movers.way_x[i], movers.way_y[i]};
    const bool tired = (rules.energy_per_m > 0) & (columns.energy[row] <= 0);
    const double step = rules.step_m;
    const double length_max = tired ? step * kExhaustedShare : step;
    const double squared = way.squared(), length = std::sqrt(squared);
    const bool cut = squared > length_max * length_max * kRounding;
    const double share = choose(cut, length_max / length, 1.0);
    movers.to_x[i] = static_cast<float>(double{columns.x[row]} + way.x * share);
    movers.to_y[i] = static_cast<float>(double{columns.y[row]} + way.y * share);
    if (cut & tired) columns.move_receipt[row] = static_cast<std::uint8_t>(Receipt::kExhausted);
    const bool is_place = static_cast<MoveKind>(state.intents.move[row]) == MoveKind::kTo;
    if (is_place & (length <= step) & !(cut & tired)) {
      movers.to_x[i] = state.intents.move_x[row];
      movers.to_y[i] = state.intents.move_y[row];
    }
  }
}

// Whether a body that goes from one place to another stays within a map without walls.
bool stays_on_open_map(const Terrain& terrain, float z, double body_radius, Vec from, Vec to) {
  const bool west = std::min(from.x, to.x) - body_radius >= 0;
  const bool east = std::max(from.x, to.x) + body_radius < terrain.width;
  const bool south = std::min(from.y, to.y) - body_radius >= 0;
  const bool north = std::max(from.y, to.y) + body_radius < terrain.depth;
  return west & east & south & north & (z >= 0) & (z < static_cast<float>(terrain.height));
}

// Where a mover's wish ends at the first wall on its way.
struct Place {
  float x, y;
};

Place stop_at_walls(const Terrain& terrain, const Columns& columns, std::uint32_t row, Place wish,
                    float body_radius) {
  const std::int64_t layer = cell_at(columns.z[row]);
  const auto all_open = [](Breadth sides, auto&& is_open) {
    bool open = true;
    for (std::int64_t side = sides.low; side <= sides.high && open; ++side) open = is_open(side);
    return open;
  };
  const Breadth over_y(columns.y[row], body_radius);
  const float x = slide(columns.x[row], wish.x, body_radius, [&](std::int64_t along) {
    return all_open(over_y,
                    [&](std::int64_t side) { return terrain.passable(along, side, layer); });
  });
  const Breadth over_x(x, body_radius);
  const float y = slide(columns.y[row], wish.y, body_radius, [&](std::int64_t along) {
    return all_open(over_x,
                    [&](std::int64_t side) { return terrain.passable(side, along, layer); });
  });
  return {x, y};
}

void note_collision(WorldState& state, std::uint32_t row, double cut, TaskLog& log) {
  state.columns.move_receipt[row] = static_cast<std::uint8_t>(Receipt::kBlocked);
  ++state.columns.collisions[row];
  log.events.push_back(event_at(state, EventKind::kCollision, row, cut));
}

// The ways that a block has gone.
struct Ways {
  std::size_t count = 0;
  std::array<std::uint32_t, kBlockRows> rows;
  std::array<float, kBlockRows> dx, dy;

  void add(std::uint32_t row, Vec way) {
    rows[count] = row;
    dx[count] = static_cast<float>(way.x);
    dy[count++] = static_cast<float>(way.y);
  }
};

void turn(Columns& columns, const Ways& ways) {
  std::array<float, kBlockRows> angles;
  direction_angles({ways.dx.data(), ways.count}, {ways.dy.data(), ways.count},
                   {angles.data(), ways.count});
  for (std::size_t i = 0; i < ways.count; ++i) columns.heading[ways.rows[i]] = angles[i];
}

// Where the intent of somebody who flies leads up or down, no farther than a tick's lift.
float wished_height(const WorldState& state, std::uint32_t row) {
  const float from = state.columns.z[row], wish = state.intents.move_z[row];
  const SpeciesRules& rules = state.rules_of(row);
  const auto kind = static_cast<MoveKind>(state.intents.move[row]);
  if (rules.gait.motion != Motion::kFly || kind == MoveKind::kWander) return from;
  const float rise = kind == MoveKind::kTo ? wish - from : wish;
  return from + std::clamp(rise, -rules.lift_m, rules.lift_m);
}

// One step of somebody who walks over steps or flies.
void go_by_gait(WorldState& state, std::uint32_t row, Place wish, Ways& ways, TaskLog& log) {
  Columns& columns = state.columns;
  const SpeciesRules& rules = state.rules_of(row);
  const BodyPlace from{columns.x[row], columns.y[row], columns.z[row]};
  if (!turn_toward(state, row, double{wish.x} - double{from.x}, double{wish.y} - double{from.y})) {
    wish = {from.x, from.y};
  }
  const BodyPlace goal{wish.x, wish.y, wished_height(state, row)};
  const BodyPlace place = go_in_voxels(state, row, goal);
  columns.x[row] = place.x;
  columns.y[row] = place.y;
  columns.z[row] = place.z;
  const bool flies = rules.gait.motion == Motion::kFly;
  const Vec done{double{place.x} - double{from.x}, double{place.y} - double{from.y}};
  const double rise = flies ? double{place.z} - double{from.z} : 0;
  const double moved = std::sqrt(done.squared() + rise * rise);
  if (rules.turn_per_tick <= 0 && done.squared() > 0) ways.add(row, done);
  columns.travelled[row] += static_cast<float>(moved);
  const float spent = rules.energy_per_m * static_cast<float>(moved);
  columns.energy[row] = std::max(0.0f, columns.energy[row] - spent);
  const double missed = flies ? double{goal.z} - double{place.z} : 0;
  const Vec cut{double{goal.x} - double{place.x}, double{goal.y} - double{place.y}};
  const double cut_m = std::sqrt(cut.squared() + missed * missed);
  if (cut_m > kCutIgnored_m) note_collision(state, row, cut_m, log);
}

void go(WorldState& state, const Movers& movers, TaskLog& log) {
  Columns& columns = state.columns;
  Ways ways;
  for (std::size_t i = 0; i < movers.count; ++i) {
    const std::uint32_t row = movers.rows[i];
    const SpeciesRules& rules = state.rules_of(row);
    const Vec from{columns.x[row], columns.y[row]}, wish{movers.to_x[i], movers.to_y[i]};
    Place place{movers.to_x[i], movers.to_y[i]};
    if (rules.gait.motion != Motion::kPlane) {
      go_by_gait(state, row, place, ways, log);
      continue;
    }
    const bool open = !state.has_walls && stays_on_open_map(state.terrain, columns.z[row],
                                                            rules.body_radius, from, wish);
    if (!open) place = stop_at_walls(state.terrain, columns, row, place, rules.body_radius);
    columns.x[row] = place.x;
    columns.y[row] = place.y;
    const Vec done{place.x - from.x, place.y - from.y};
    const double moved = done.length();
    if (moved > 0) {
      ways.add(row, done);
      columns.travelled[row] += static_cast<float>(moved);
      const float spent = rules.energy_per_m * static_cast<float>(moved);
      columns.energy[row] = std::max(0.0f, columns.energy[row] - spent);
    }
    if (open) continue;
    const double cut = Vec{wish.x - place.x, wish.y - place.y}.length();
    if (cut > kCutIgnored_m) note_collision(state, row, cut, log);
  }
  turn(columns, ways);
}

// No farther at once than a tick may lead.
bool shove_in_voxels(WorldState& state, std::uint32_t row, double dx, double dy) {
  Columns& columns = state.columns;
  const double length = Vec{dx, dy}.length();
  const double share = length > kVoxelStepMax ? kVoxelStepMax / length : 1;
  const BodyPlace wish{static_cast<float>(double{columns.x[row]} + dx * share),
                       static_cast<float>(double{columns.y[row]} + dy * share), columns.z[row]};
  const BodyPlace place = go_in_voxels(state, row, wish);
  columns.x[row] = place.x;
  columns.y[row] = place.y;
  columns.z[row] = place.z;
  const Vec cut{double{wish.x} - double{place.x}, double{wish.y} - double{place.y}};
  return share == 1 && cut.length() <= kCutIgnored_m;
}

}  // namespace

// Nobody's way depends on another's: bodies may overlap, walls stand still.
void resolve_movement(WorldState& state) {
  const WanderClock clock(state);
  const Permissions permissions(state);
  const std::span<const std::uint32_t> agents(state.agent_rows);
  run_tasks(state, agents.size(), [&](std::size_t first, std::size_t last, TaskLog& log) {
    Movers movers;
    for (; first < last; first += kBlockRows) {
      const std::size_t count = std::min(kBlockRows, last - first);
      muster(state, permissions, agents.subspan(first, count), movers);
      wander(state, clock, movers);
      direct(state, movers);
      cut_to_speed(state, movers);
      go(state, movers, log);
    }
  });
}

bool shove(WorldState& state, std::uint32_t row, double dx, double dy) {
  Columns& columns = state.columns;
  if (state.rules_of(row).gait.motion != Motion::kPlane) return shove_in_voxels(state, row, dx, dy);
  const Place wish{static_cast<float>(double{columns.x[row]} + dx),
                   static_cast<float>(double{columns.y[row]} + dy)};
  const Place place =
      stop_at_walls(state.terrain, columns, row, wish, state.rules_of(row).body_radius);
  columns.x[row] = place.x;
  columns.y[row] = place.y;
  return Vec{wish.x - place.x, wish.y - place.y}.length() <= kCutIgnored_m;
}

}  // namespace cherub::engine
