// Senses of agents that remember what they saw: the map itself, and ways over what it knows.
#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <optional>

#include "engine/senses.h"
#include "engine/world_state.h"

namespace cherub::engine {
namespace {

constexpr float kHazardCostMax = 100;
constexpr std::size_t kSlots = 4 * std::size_t{kMapPathCellsMax};  // a power of two
constexpr std::size_t kHeapMax = 3 * std::size_t{kMapPathCellsMax};
constexpr std::uint32_t kNoVoxel = 0xffffffff;

struct HeapEntry {
  float cost;
  std::uint32_t order;  // of insertion: equal costs leave in the order they came
  std::uint32_t slot;
};

bool leaves_later(const HeapEntry& a, const HeapEntry& b) {
  return a.cost != b.cost ? a.cost > b.cost : a.order > b.order;
}

// Dijkstra's search over the voxels that an agent knows, with all of its memory on the stack. Where
// the table or the heap is full, it goes no farther.
class MapSearch {
 public:
  MapSearch(const KnownGround& ground, const Gait& gait, float hazard_cost)
      : ground_(ground), gait_(gait), hazard_cost_(hazard_cost) {
    std::fill(voxels_.begin(), voxels_.end(), kNoVoxel);
  }

  // Visits cells by their cost until is_done(cell) says so; false when it never did.
  template <class IsDone>
  bool run(Cell start, IsDone&& is_done) {
    reach(start, 0, kNoVoxel);
    for (int visited = 0; heap_size_ > 0 && visited < kMapPathCellsMax;) {
      std::pop_heap(heap_.begin(), heap_.begin() + std::ptrdiff_t(heap_size_), leaves_later);
      const std::uint32_t slot = heap_[--heap_size_].slot;
      if (closed_[slot] != 0) continue;
      closed_[slot] = 1;
      ++visited;
      const Cell here = ground_.terrain.cell(voxels_[slot]);
      if (is_done(here)) return true;
      for_each_step(ground_, gait_, here, [&](Cell next) {
        const bool hazard = ground_.at(next.x, next.y, next.z) == Block::kHazard;
        reach(next, costs_[slot] + 1 + (hazard ? hazard_cost_ : 0), slot);
      });
    }
    return false;
  }

  // The first cell on the way to one that was visited, and how many cells the way has.
  Cell first_step(Cell to, std::int32_t& length) const {
    std::uint32_t slot = find(to), first = slot;
    length = 0;
    while (from_[slot] != kNoVoxel) {
      first = slot;
      slot = from_[slot];
      ++length;
    }
    return ground_.terrain.cell(voxels_[first]);
  }

 private:
  [[nodiscard]] std::uint32_t find(Cell cell) const {
    const auto voxel = static_cast<std::uint32_t>(ground_.terrain.index(cell));
    std::size_t slot = (voxel * 2654435769u) % kSlots;
    while (voxels_[slot] != kNoVoxel && voxels_[slot] != voxel) slot = (slot + 1) % kSlots;
    return static_cast<std::uint32_t>(slot);
  }

  void reach(Cell cell, float cost, std::uint32_t from) {
    const std::uint32_t slot = find(cell);
    const bool is_new = voxels_[slot] == kNoVoxel;
    const bool is_full = heap_size_ == kHeapMax || (is_new && known_ * 2 >= kSlots);
    if (is_full || (!is_new && cost >= costs_[slot])) return;
    if (is_new) {
      voxels_[slot] = static_cast<std::uint32_t>(ground_.terrain.index(cell));
      closed_[slot] = 0;
      ++known_;
    }
    costs_[slot] = cost;
    from_[slot] = from;
    heap_[heap_size_++] = {cost, order_++, slot};
    std::push_heap(heap_.begin(), heap_.begin() + std::ptrdiff_t(heap_size_), leaves_later);
  }

  const KnownGround& ground_;
  const Gait gait_;
  const float hazard_cost_;
  std::array<std::uint32_t, kSlots> voxels_;  // of each slot, or kNoVoxel
  std::array<std::uint32_t, kSlots> from_;    // slots
  std::array<float, kSlots> costs_;
  std::array<std::uint8_t, kSlots> closed_;
  std::array<HeapEntry, kHeapMax> heap_;
  std::size_t heap_size_ = 0, known_ = 0;
  std::uint32_t order_ = 0;
};

// The agent's map and where it stands, when it has one.
struct Surveyor {
  const WorldState& state;
  std::uint32_t row;
  const SeenMap& map;
  Cell cell;
};

std::optional<Surveyor> surveyor(const WorldState& state, std::uint32_t row) {
  const Columns& columns = state.columns;
  const bool there = row < columns.size() && columns.alive[row] != 0 && row < state.maps.size() &&
                     !state.maps[row].bits.empty();
  if (!there) return std::nullopt;
  const auto along = [](float position, std::uint32_t size) {
    return static_cast<std::int32_t>(
        std::clamp<std::int64_t>(cell_at(position), 0, std::int64_t{size} - 1));
  };
  const Cell cell{along(columns.x[row], state.terrain.width),
                  along(columns.y[row], state.terrain.depth),
                  along(columns.z[row], state.terrain.height)};
  return Surveyor{state, row, state.maps[row], cell};
}

float bounded_cost(double hazard_cost) {
  return hazard_cost > 0 ? static_cast<float>(std::min<double>(hazard_cost, kHazardCostMax)) : 0;
}

// Whether the body, going straight to the next cell, stays out of those beside the two.
bool in_lane(const Surveyor& who, Cell next) {
  const Columns& columns = who.state.columns;
  const SpeciesRules& rules = who.state.rules_of(who.row);
  const auto aside = [&](float position, std::int32_t own, std::int32_t other) {
    const double off = own == other ? std::abs(double{position} - own - 0.5) : 0.0;
    return off + double{rules.body_radius} < 0.5;
  };
  const bool level =
      rules.gait.motion != Motion::kFly || aside(columns.z[who.row], who.cell.z, next.z);
  return level && aside(columns.x[who.row], who.cell.x, next.x) &&
         aside(columns.y[who.row], who.cell.y, next.y);
}

void point_to(const Surveyor& who, Cell next, MapStep* out) {
  const Cell to = in_lane(who, next) ? next : who.cell;
  out->found = 1;
  out->x = to.x + 0.5;
  out->y = to.y + 0.5;
  out->z = to.z + 0.5;
}

// Saturates, so that a point far beyond the map is a cell far beyond it.
std::int32_t cell_of(double position) {
  return static_cast<std::int32_t>(cell_at(std::clamp(position, -1e6, 1e6)));
}

// Whether a voxel is not known yet that the next step would need. From the middle of the cell it
// can be seen, so whoever goes there learns it.
bool borders_unknown(const Surveyor& who, Cell cell) {
  const Terrain& terrain = who.state.terrain;
  const auto is_unknown = [&](Cell beside) {
    const bool inside = beside.x >= 0 && beside.y >= 0 && beside.z >= 0 &&
                        beside.x < static_cast<std::int32_t>(terrain.width) &&
                        beside.y < static_cast<std::int32_t>(terrain.depth) &&
                        beside.z < static_cast<std::int32_t>(terrain.height);
    return inside && !who.map.knows(terrain.index(beside));
  };
  const Gait& gait = who.state.rules_of(who.row).gait;
  const KnownGround known{terrain, who.map};
  const bool climbs = gait.climb > 0;
  if (climbs && is_unknown({cell.x, cell.y, cell.z + 1})) return true;
  const bool may_rise = climbs && known.passable(cell.x, cell.y, cell.z + 1);
  for (const Cell side : kSides) {
    const Cell beside{cell.x + side.x, cell.y + side.y, cell.z};
    if (is_unknown(beside)) return true;
    if (gait.motion != Motion::kWalk) continue;
    const bool is_open = known.passable(beside.x, beside.y, beside.z);
    if (is_open && is_unknown({beside.x, beside.y, beside.z - 1})) return true;
    if (!is_open && may_rise && is_unknown({beside.x, beside.y, beside.z + 1})) return true;
  }
  if (gait.motion != Motion::kFly) return false;
  return is_unknown({cell.x, cell.y, cell.z + 1}) || is_unknown({cell.x, cell.y, cell.z - 1});
}

}  // namespace
}  // namespace cherub::engine

extern "C" {

std::int32_t cherub_sense_seen(const cherub::engine::World* world, std::uint32_t row, double x,
                               double y, double z) noexcept {
  using namespace cherub::engine;
  const auto who = surveyor(world->state(), row);
  const Terrain& terrain = world->terrain();
  const bool inside = x >= 0 && y >= 0 && z >= 0 && x < terrain.width && y < terrain.depth &&
                      z < terrain.height;  // false for what is no number
  if (!who || !inside) return -1;
  const std::size_t index = terrain.index({cell_of(x), cell_of(y), cell_of(z)});
  return who->map.knows(index) ? terrain.blocks[index] : -1;
}

void cherub_sense_way(const cherub::engine::World* world, std::uint32_t row, double x, double y,
                      double z, double hazard_cost, cherub::engine::MapStep* out) noexcept {
  using namespace cherub::engine;
  *out = {};
  const auto who = surveyor(world->state(), row);
  if (!who || std::isnan(x) || std::isnan(y) || std::isnan(z)) return;
  const KnownGround ground{world->terrain(), who->map};
  MapSearch search(ground, who->state.rules_of(row).gait, bounded_cost(hazard_cost));
  const Cell goal{cell_of(x), cell_of(y), cell_of(z)};
  Cell best = who->cell;
  double best_distance = std::numeric_limits<double>::infinity();
  const bool there = search.run(who->cell, [&](Cell cell) {
    const double dx = 1.0 * cell.x - goal.x, dy = 1.0 * cell.y - goal.y;
    const double dz = 1.0 * cell.z - goal.z;
    const double distance = dx * dx + dy * dy + dz * dz;
    // Cells come by cost, so of equally near ones the cheapest stays.
    if (distance < best_distance) {
      best = cell;
      best_distance = distance;
    }
    return distance == 0;
  });
  out->there = there ? 1 : 0;
  point_to(*who, search.first_step(best, out->length), out);
}

void cherub_sense_frontier(const cherub::engine::World* world, std::uint32_t row,
                           double hazard_cost, cherub::engine::MapStep* out) noexcept {
  using namespace cherub::engine;
  *out = {};
  const auto who = surveyor(world->state(), row);
  if (!who) return;
  const KnownGround ground{world->terrain(), who->map};
  MapSearch search(ground, who->state.rules_of(row).gait, bounded_cost(hazard_cost));
  Cell found{};
  const bool any = search.run(who->cell, [&](Cell cell) {
    found = cell;
    return borders_unknown(*who, cell);
  });
  if (!any) return;
  out->there = 1;
  point_to(*who, search.first_step(found, out->length), out);
}

}  // extern "C"
