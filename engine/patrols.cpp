// Targets and obstacles that go about by themselves, and what obstacles do to those they touch.
#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

#include "engine/voxel_movement.h"
#include "engine/world_state.h"

namespace cherub::engine {
namespace {

// The heading of each of kSides.
constexpr std::array<float, 4> kHeadings = {0.0f, 1.5707964f, 3.1415927f, -1.5707964f};
// Nearer than that to the centre of a cell is in it.
constexpr float kCentred_m = 1e-4f;
// Centres that one tick can lead over, with the one that it begins at.
constexpr int kLegsMax = 3;
constexpr std::size_t kTouchedMax = 32;

std::size_t side_of(float heading) {
  std::size_t nearest = 0;
  for (std::size_t side = 1; side < kHeadings.size(); ++side) {
    if (std::abs(heading - kHeadings[side]) < std::abs(heading - kHeadings[nearest])) {
      nearest = side;
    }
  }
  return nearest;
}

class Patrol {
 public:
  Patrol(WorldState& state, std::uint32_t row)
      : state_(state), columns_(state.columns), row_(row), rules_(state.rules_of(row)) {}

  void go() {
    float left = rules_.step_m;
    for (int leg = 0; leg < kLegsMax && left > 0; ++leg) left = go_leg(left);
  }

 private:
  [[nodiscard]] Cell cell() const {
    return {static_cast<std::int32_t>(cell_at(columns_.x[row_])),
            static_cast<std::int32_t>(cell_at(columns_.y[row_])),
            static_cast<std::int32_t>(cell_at(columns_.z[row_]))};
  }
  // The layer of the cell on that side, if the way leads there and no hazard is in it.
  [[nodiscard]] std::optional<std::int32_t> level(std::size_t side) const {
    const Cell here = cell();
    const std::int32_t x = here.x + kSides[side].x, y = here.y + kSides[side].y;
    const auto found = step_level(state_.terrain, rules_.gait, here, x, y);
    const bool is_safe = found && state_.terrain.at(x, y, *found) == Block::kOpen;
    return is_safe ? found : std::nullopt;
  }

  // To the next centre of a cell at most; returns what is left of the way.
  float go_leg(float left) {
    const Cell here = cell();
    const float centre_x = static_cast<float>(here.x) + 0.5f;
    const float centre_y = static_cast<float>(here.y) + 0.5f;
    std::size_t side = side_of(columns_.heading[row_]);
    const auto ahead = [&] {
      return (columns_.x[row_] - centre_x) * static_cast<float>(kSides[side].x) +
             (columns_.y[row_] - centre_y) * static_cast<float>(kSides[side].y);
    };
    float along = ahead();
    if (std::abs(along) <= kCentred_m) {
      side = choose(side);
      columns_.heading[row_] = kHeadings[side];
      along = 0;
    }
    if (along < 0) {
      const float way = std::min(left, -along);
      place(side, centre_x, centre_y, along + way, here.z);
      return left - way;
    }
    const auto next = level(side);
    if (!next) {
      if (along == 0) return 0;  // shut in
      columns_.heading[row_] = kHeadings[(side + 2) % kHeadings.size()];
      return left;
    }
    const float way = std::min(left, 1 - along);
    place(side, centre_x, centre_y, along + way, along + way >= 0.5f ? *next : here.z);
    return left - way;
  }

  void place(std::size_t side, float centre_x, float centre_y, float along, std::int32_t z) {
    columns_.x[row_] = centre_x + along * static_cast<float>(kSides[side].x);
    columns_.y[row_] = centre_y + along * static_cast<float>(kSides[side].y);
    if (rules_.gait.motion == Motion::kWalk) {
      columns_.z[row_] = static_cast<float>(z) + height_in_cell(rules_.gait);
    }
  }

  std::size_t choose(std::size_t side) {
    const std::size_t back = (side + 2) % kHeadings.size();
    if (rules_.route == Route::kBeat) {
      if (level(side)) return side;
      if (level(back)) return back;
    }
    std::array<std::size_t, 4> ways{};
    std::size_t count = 0;
    for (std::size_t way = 0; way < kSides.size(); ++way) {
      if (way != back && level(way)) ways[count++] = way;
    }
    if (count == 0) return level(back) ? back : side;
    base::RandomStream random =
        state_.random(state_.id_of(row_).packed(), base::Stream::kBehaviour);
    return ways[random.below(count)];
  }

  WorldState& state_;
  Columns& columns_;
  const std::uint32_t row_;
  const SpeciesRules& rules_;
};

// Agents that the grid knows near the obstacle, which may have moved since.
void hurt_who_touches(WorldState& state, std::uint32_t obstacle) {
  const SpeciesRules& rules = state.rules_of(obstacle);
  Columns& columns = state.columns;
  GridQuery query;
  query.x = columns.x[obstacle];
  query.y = columns.y[obstacle];
  query.z = columns.z[obstacle];
  query.radius = double{rules.body_radius} + 1 + 2 * kVoxelStepMax;
  query.species = state.agent_species;
  std::array<GridHit, kTouchedMax> hits;
  const std::size_t count = state.grid.neighbors(query, hits);
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint32_t row = hits[i].entry.row;
    if (columns.alive[row] == 0 || state.is_dying(row)) continue;
    const double dx = double{columns.x[row]} - double{query.x};
    const double dy = double{columns.y[row]} - double{query.y};
    const double dz = double{columns.z[row]} - double{query.z};
    const double touch = double{rules.body_radius} + double{state.rules_of(row).body_radius};
    if (dx * dx + dy * dy + dz * dz >= touch * touch) continue;
    hurt(state, row, rules.contact_damage);
  }
}

}  // namespace

void walk_patrols(WorldState& state) {
  for (const std::uint32_t row : state.patrol_rows) Patrol(state, row).go();
  refresh_target(state);
}

void hurt_by_obstacles(WorldState& state) {
  for (const std::uint32_t row : state.obstacle_rows) {
    if (state.rules_of(row).contact_damage > 0) hurt_who_touches(state, row);
  }
}

}  // namespace cherub::engine
