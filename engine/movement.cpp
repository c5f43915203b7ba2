#include <cmath>

#include "engine/angle.h"
#include "engine/tasks.h"
#include "engine/world_state.h"

namespace cherub::engine {
namespace {

// Kept between a body and a wall's face; more than half the spacing of floats at the map's far end.
constexpr double kSkin_m = 1e-3;
// Movement that a wall cut by less than this counts as done.
constexpr double kCutIgnored_m = 1e-4;
// A way that is longer than a tick's by less than this factor is not cut.
constexpr double kRounding = 1 + 1e-9;
constexpr double kFullTurn = 6.283185307179586;
constexpr float kExhaustedShare = 0.2f;
constexpr double kWanderPeriod_s = 1.5;
constexpr int kWanderTriesMax = 8;

struct Vec {
  double x = 0, y = 0;
  [[nodiscard]] double length() const { return std::sqrt(x * x + y * y); }
};

// Where the body's centre wants to be after this tick.
struct Wish {
  Receipt receipt = Receipt::kAccepted;
  float x = 0, y = 0;
  bool asks() const { return receipt == Receipt::kAccepted || receipt == Receipt::kExhausted; }
};

// Moves one coordinate of the centre to `wanted`, stopping short of the first wall that the body's
// leading side meets on the way. `passable(along, across)` asks for one cell.
template <class Passable>
float slide(float from, float wanted, float across, float body_radius, Passable&& passable) {
  const double radius = body_radius;
  const std::int64_t low = cell_at(double{across} - radius),
                     high = cell_at(double{across} + radius);
  const int direction = wanted > from ? 1 : -1;
  const std::int64_t first = cell_at(double{from} + direction * radius);
  const std::int64_t last = cell_at(double{wanted} + direction * radius);
  for (std::int64_t along = first; along != last;) {
    along += direction;
    for (std::int64_t side = low; side <= high; ++side) {
      if (passable(along, side)) continue;
      const double face = static_cast<double>(direction > 0 ? along : along + 1);
      return static_cast<float>(face - direction * (radius + kSkin_m));
    }
  }
  return wanted;
}

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
Vec wander_direction(const WorldState& state, const WanderClock& clock, std::uint32_t row) {
  const std::uint64_t salt = base::mix64(state.seed ^ state.id_of(row).packed());
  const std::uint64_t bumps = state.columns.collisions[row];
  const std::uint64_t stretch = clock.changes(salt) ^ (bumps << 32);
  base::RandomStream random = base::RandomStream::of(salt, stretch, base::Stream::kBehaviour);
  for (int tries = 0; tries < kWanderTriesMax; ++tries) {
    const Vec drawn{random.uniform(-1, 1), random.uniform(-1, 1)};
    const double squared = drawn.x * drawn.x + drawn.y * drawn.y;
    if (squared <= 0.0001 || squared > 1) continue;
    const double scale = 1 / std::sqrt(squared);
    return {drawn.x * scale, drawn.y * scale};
  }
  return {1, 0};
}

bool finite(const Intents& intents, std::uint32_t row) {
  return std::isfinite(intents.move_x[row]) && std::isfinite(intents.move_y[row]) &&
         std::isfinite(intents.move_z[row]);
}

Wish cut_to_speed(const WorldState& state, std::uint32_t row, Vec way) {
  const Columns& columns = state.columns;
  const SpeciesRules& rules = state.rules_of(row);
  const bool tired = rules.energy_per_m > 0 && columns.energy[row] <= 0;
  const double length_max = tired ? double{rules.step_m} * kExhaustedShare : double{rules.step_m};
  const double squared = way.x * way.x + way.y * way.y;
  Wish wish;
  if (squared > length_max * length_max * kRounding) {
    if (tired) wish.receipt = Receipt::kExhausted;
    const double share = length_max / std::sqrt(squared);
    way = {way.x * share, way.y * share};
  }
  wish.x = static_cast<float>(double{columns.x[row]} + way.x);
  wish.y = static_cast<float>(double{columns.y[row]} + way.y);
  return wish;
}

Wish wish_of(const WorldState& state, const WanderClock& clock, std::uint32_t row) {
  const Intents& intents = state.intents;
  const Columns& columns = state.columns;
  const auto kind = static_cast<MoveKind>(intents.move[row]);
  const auto refuse = [](Receipt receipt) { return Wish{receipt, 0, 0}; };
  const bool known = (kind == MoveKind::kBy && allows(state, Action::kMove)) ||
                     (kind == MoveKind::kTo && allows(state, Action::kMoveTo)) ||
                     (kind == MoveKind::kWander && allows(state, Action::kWander));
  if (!known || state.rules_of(row).step_m <= 0) return refuse(Receipt::kNotAvailable);
  const bool rests = static_cast<AbilityKind>(intents.ability[row]) == AbilityKind::kRest &&
                     allows(state, Action::kRest);
  if (rests) return refuse(Receipt::kNotAvailable);
  if (kind == MoveKind::kWander) {
    const Vec direction = wander_direction(state, clock, row);
    const double step = state.rules_of(row).step_m;
    return cut_to_speed(state, row, {direction.x * step, direction.y * step});
  }
  if (!finite(intents, row)) return refuse(Receipt::kNotFinite);
  if (kind == MoveKind::kBy) {
    return cut_to_speed(state, row, {intents.move_x[row], intents.move_y[row]});
  }
  const Vec way{double{intents.move_x[row]} - double{columns.x[row]},
                double{intents.move_y[row]} - double{columns.y[row]}};
  Wish wish = cut_to_speed(state, row, way);
  if (way.length() <= double{state.rules_of(row).step_m} && wish.receipt == Receipt::kAccepted) {
    wish.x = intents.move_x[row];
    wish.y = intents.move_y[row];
  }
  return wish;
}

// Brings the body toward (x, y), first along x, then along y, as far as walls allow.
void slide_to(WorldState& state, std::uint32_t row, float x, float y) {
  Columns& columns = state.columns;
  const float radius = state.rules_of(row).body_radius;
  const Terrain& terrain = state.terrain;
  const std::int64_t layer = cell_at(columns.z[row]);
  columns.x[row] = slide(columns.x[row], x, columns.y[row], radius,
                         [&](std::int64_t along, std::int64_t across) {
                           return terrain.passable(along, across, layer);
                         });
  columns.y[row] = slide(columns.y[row], y, columns.x[row], radius,
                         [&](std::int64_t along, std::int64_t across) {
                           return terrain.passable(across, along, layer);
                         });
}

void move_row(WorldState& state, const WanderClock& clock, std::uint32_t row, TaskLog& log) {
  Columns& columns = state.columns;
  const Wish wish = wish_of(state, clock, row);
  columns.move_receipt[row] = static_cast<std::uint8_t>(wish.receipt);
  if (!wish.asks()) return;
  const SpeciesRules& rules = state.rules_of(row);
  const float from_x = columns.x[row], from_y = columns.y[row];
  slide_to(state, row, wish.x, wish.y);
  const float x = columns.x[row], y = columns.y[row];
  const Vec done{double{x} - double{from_x}, double{y} - double{from_y}};
  const double moved = done.length();
  if (moved > 0) {
    columns.heading[row] = direction_angle(static_cast<float>(done.x), static_cast<float>(done.y));
    columns.travelled[row] += static_cast<float>(moved);
    const float spent = rules.energy_per_m * static_cast<float>(moved);
    columns.energy[row] = std::max(0.0f, columns.energy[row] - spent);
  }
  if (x == wish.x && y == wish.y) return;
  const double cut = Vec{double{wish.x} - double{x}, double{wish.y} - double{y}}.length();
  if (cut > kCutIgnored_m) {
    columns.move_receipt[row] = static_cast<std::uint8_t>(Receipt::kBlocked);
    ++columns.collisions[row];
    log.events.push_back(event_at(state, EventKind::kCollision, row, cut));
  }
}

}  // namespace

void turn(WorldState& state, std::uint32_t row) {
  const double angle = state.intents.move_x[row];
  Receipt receipt = Receipt::kAccepted;
  if (!allows(state, Action::kTurn)) {
    receipt = Receipt::kNotAvailable;
  } else if (!std::isfinite(angle)) {
    receipt = Receipt::kNotFinite;
  } else {
    // Exact, so that headings do not depend on the machine's math library.
    float& heading = state.columns.heading[row];
    heading = static_cast<float>(std::remainder(double{heading} + angle, kFullTurn));
  }
  state.columns.move_receipt[row] = static_cast<std::uint8_t>(receipt);
}

// Nobody's way depends on another's: bodies may overlap, walls stand still.
void resolve_movement(WorldState& state) {
  const WanderClock clock(state);
  run_tasks(state, state.agent_rows.size(), [&](std::size_t first, std::size_t last, TaskLog& log) {
    for (std::size_t i = first; i < last; ++i) {
      const std::uint32_t row = state.agent_rows[i];
      const auto kind = static_cast<MoveKind>(state.intents.move[row]);
      if (kind == MoveKind::kNone) {
        state.columns.move_receipt[row] = static_cast<std::uint8_t>(Receipt::kNone);
      } else if (kind == MoveKind::kTurn) {
        turn(state, row);
      } else {
        move_row(state, clock, row, log);
      }
    }
  });
}

bool shove(WorldState& state, std::uint32_t row, double dx, double dy) {
  const auto x = static_cast<float>(double{state.columns.x[row]} + dx);
  const auto y = static_cast<float>(double{state.columns.y[row]} + dy);
  slide_to(state, row, x, y);
  return std::abs(double{x} - double{state.columns.x[row]}) <= kCutIgnored_m &&
         std::abs(double{y} - double{state.columns.y[row]}) <= kCutIgnored_m;
}

}  // namespace cherub::engine
