#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <limits>

#include "engine/scenario_fields.h"
#include "engine/senses.h"

namespace cherub::engine {
namespace {

constexpr int kWindowSideMax = 2 * static_cast<int>(kSenseRadiusMax) + 1;
constexpr double kHazardCostMax = 100;
// Every visited cell can put each of its four neighbours on the heap.
constexpr std::size_t kHeapMax = std::size_t{4} * kPathCellsMax + 4;

// East, north, west, south.
constexpr std::array<std::array<int, 2>, 4> kDirections = {{{1, 0}, {0, 1}, {-1, 0}, {0, -1}}};
constexpr std::uint8_t kNoDirection = 4;

struct HeapEntry {
  double cost;
  std::uint32_t order;  // of insertion: equal costs leave in the order they came
  std::int32_t cell;    // index in the window
};

bool leaves_later(const HeapEntry& a, const HeapEntry& b) {
  return a.cost != b.cost ? a.cost > b.cost : a.order > b.order;
}

// The cells that the agent sees, as a square window of the map.
struct Window {
  const Terrain* terrain;
  std::int64_t left, bottom, layer;
  int width, depth;

  [[nodiscard]] bool holds(std::int64_t x, std::int64_t y) const {
    return x >= left && y >= bottom && x < left + width && y < bottom + depth;
  }
  [[nodiscard]] int index(std::int64_t x, std::int64_t y) const {
    return static_cast<int>(x - left) + width * static_cast<int>(y - bottom);
  }
  [[nodiscard]] std::int64_t x_of(int cell) const { return left + cell % width; }
  [[nodiscard]] std::int64_t y_of(int cell) const { return bottom + cell / width; }
};

// Dijkstra's search with all of its memory on the stack, so that any number of threads may decide.
class PathSearch {
 public:
  PathSearch(const Window& window, double hazard_cost)
      : window_(window), hazard_cost_(hazard_cost) {
    const auto cells = static_cast<std::size_t>(window.width * window.depth);
    std::fill_n(cost_.begin(), cells, std::numeric_limits<double>::infinity());
    std::fill_n(closed_.begin(), cells, std::uint8_t{0});
  }

  // Searches from one cell of the window until the goal or the limit is met; returns the best cell.
  int run(int start, std::int64_t goal_x, std::int64_t goal_y) {
    reach(start, 0, kNoDirection);
    int best = start;
    double best_distance = std::numeric_limits<double>::infinity();
    for (int visited = 0; heap_size_ > 0 && visited < kPathCellsMax;) {
      std::pop_heap(heap_.begin(), heap_.begin() + std::ptrdiff_t(heap_size_), leaves_later);
      const int cell = heap_[--heap_size_].cell;
      if (closed_[std::size_t(cell)] != 0) continue;
      closed_[std::size_t(cell)] = 1;
      ++visited;
      const double dx = static_cast<double>(window_.x_of(cell) - goal_x);
      const double dy = static_cast<double>(window_.y_of(cell) - goal_y);
      const double distance = dx * dx + dy * dy;
      // Cells leave the heap by cost, so of equally near ones the cheapest stays.
      if (distance < best_distance) {
        best = cell;
        best_distance = distance;
      }
      if (distance == 0) break;
      expand(cell);
    }
    return best;
  }

  // The first cell on the way from start to `cell`, and how many cells the way has.
  int first_step(int cell, std::int32_t& length) const {
    int first = cell;
    length = 0;
    while (from_[std::size_t(cell)] != kNoDirection) {
      const auto& back = kDirections[from_[std::size_t(cell)]];
      first = cell;
      cell -= back[0] + window_.width * back[1];
      ++length;
    }
    return first;
  }

 private:
  void expand(int cell) {
    const std::int64_t x = window_.x_of(cell), y = window_.y_of(cell);
    for (std::uint8_t direction = 0; direction < 4; ++direction) {
      const std::int64_t next_x = x + kDirections[direction][0];
      const std::int64_t next_y = y + kDirections[direction][1];
      if (!window_.holds(next_x, next_y)) continue;
      const Block block = window_.terrain->at(next_x, next_y, window_.layer);
      if (block != Block::kOpen && block != Block::kHazard) continue;
      const int next = window_.index(next_x, next_y);
      const double step = 1 + (block == Block::kHazard ? hazard_cost_ : 0.0);
      const double cost = cost_[std::size_t(cell)] + step;
      if (cost < cost_[std::size_t(next)]) reach(next, cost, direction);
    }
  }

  void reach(int cell, double cost, std::uint8_t direction) {
    cost_[std::size_t(cell)] = cost;
    from_[std::size_t(cell)] = direction;
    heap_[heap_size_++] = {cost, order_++, cell};
    std::push_heap(heap_.begin(), heap_.begin() + std::ptrdiff_t(heap_size_), leaves_later);
  }

  static constexpr std::size_t kCellsMax = std::size_t{kWindowSideMax} * kWindowSideMax;
  Window window_;
  double hazard_cost_;
  std::array<double, kCellsMax> cost_;
  std::array<std::uint8_t, kCellsMax> closed_;
  std::array<std::uint8_t, kCellsMax> from_;
  std::array<HeapEntry, kHeapMax> heap_;
  std::size_t heap_size_ = 0;
  std::uint32_t order_ = 0;
};

// Cells whose centres lie within `radius` of the position along one axis, cut to the map; always
// the agent's own.
void span_of_view(double position, double radius, std::uint32_t cells, std::int64_t& first,
                  int& count) {
  const auto own = cell_at(position);
  const auto low = static_cast<std::int64_t>(std::ceil(position - radius - 0.5));
  const auto high = cell_at(position + radius - 0.5);
  first = std::max<std::int64_t>(0, std::min(low, own));
  const std::int64_t last = std::min<std::int64_t>(std::int64_t{cells} - 1, std::max(high, own));
  count = static_cast<int>(last - first) + 1;
}

// Whether the body, going straight to the neighbouring cell, stays within the lane that both cells
// make. Outside of it, the corner of a third cell could stop it.
bool in_lane(double x, double y, double body_radius, double next_x) {
  const double own_x = std::floor(x) + 0.5, own_y = std::floor(y) + 0.5;
  const double aside = next_x != own_x ? std::abs(y - own_y) : std::abs(x - own_x);
  return aside + body_radius < 0.5;
}

// Saturates, so that a point far beyond the map is a cell far beyond it.
std::int64_t cell_of(double position) {
  return cell_at(std::clamp(position, -1e6, 1e6));
}

}  // namespace
}  // namespace cherub::engine

extern "C" void cherub_sense_path(const cherub::engine::World* world, std::uint32_t row, double x,
                                  double y, double hazard_cost,
                                  cherub::engine::Step* out) noexcept {
  using namespace cherub::engine;
  *out = {};
  const Columns& columns = world->columns();
  if (row >= columns.size() || columns.alive[row] == 0 || std::isnan(x) || std::isnan(y)) return;
  const SpeciesSpec& spec = world->scenario().species[columns.species[row]];
  const double radius = spec.sense_radius;
  const Terrain& terrain = world->terrain();
  Window window{};
  window.terrain = &terrain;
  window.layer = static_cast<std::int64_t>(columns.z[row]);
  span_of_view(columns.x[row], radius, terrain.width, window.left, window.width);
  span_of_view(columns.y[row], radius, terrain.depth, window.bottom, window.depth);
  const double cost = hazard_cost > 0 ? std::min(hazard_cost, kHazardCostMax) : 0.0;
  PathSearch search(window, cost);
  const int start = window.index(cell_of(columns.x[row]), cell_of(columns.y[row]));
  const int best = search.run(start, cell_of(x), cell_of(y));
  const int first = search.first_step(best, out->length);
  out->found = 1;
  out->x = static_cast<double>(window.x_of(first)) + 0.5;
  out->y = static_cast<double>(window.y_of(first)) + 0.5;
  if (in_lane(columns.x[row], columns.y[row], spec.radius, out->x)) return;
  out->x = std::floor(double{columns.x[row]}) + 0.5;
  out->y = std::floor(double{columns.y[row]}) + 0.5;
}
