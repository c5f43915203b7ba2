#include "engine/grid.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace cherub::engine {
namespace {

constexpr std::uint32_t kNoKey = 0xffffffff;
// Bounds the table of cell starts to 16 MiB; larger worlds get coarser cells.
constexpr double kStartsMax = 4.0 * (1 << 20);
// Rounding can put an entity that stands on a cell's edge on either side of it.
constexpr double kEdgeSlack_m = 1e-3;

double distance_squared(const GridEntry& entry, const GridQuery& query) {
  const double dx = double{entry.x} - double{query.x};
  const double dy = double{entry.y} - double{query.y};
  const double dz = double{entry.z} - double{query.z};
  return dx * dx + dy * dy + dz * dz;
}

std::uint64_t packed_id(const Columns& columns, std::uint32_t row) {
  return EntityId{row, columns.generation[row]}.packed();
}

bool comes_before(const GridHit& a, const GridHit& b) {
  if (a.distance_squared != b.distance_squared) return a.distance_squared < b.distance_squared;
  return a.id < b.id;
}

// A negative or undefined radius sees nothing.
double squared_limit(double radius) {
  return radius >= 0 ? radius * radius : -1.0;
}

}  // namespace

void Grid::configure(const Shape& shape) {
  shape_ = shape;
  const auto starts = [&] {
    return std::ceil(shape_.width_m / shape_.cell_m) * std::ceil(shape_.depth_m / shape_.cell_m) *
           shape_.species_count;
  };
  while (starts() > kStartsMax) shape_.cell_m *= 2;
  cells_per_m_ = 1.0 / shape_.cell_m;
  cells_x_ = std::max(1, static_cast<std::int32_t>(std::ceil(shape_.width_m / shape_.cell_m)));
  cells_y_ = std::max(1, static_cast<std::int32_t>(std::ceil(shape_.depth_m / shape_.cell_m)));
  starts_.assign(std::size_t(cells_x_) * std::size_t(cells_y_) * shape_.species_count + 1, 0);
  entries_.clear();
}

std::int32_t Grid::cell_of(double position, std::int32_t cells) const {
  const auto cell = static_cast<std::int32_t>(position * cells_per_m_);
  return std::clamp(cell, 0, cells - 1);
}

void Grid::rebuild(const Columns& columns) {
  const std::size_t rows = columns.size();
  keys_.resize(rows);
  std::fill(starts_.begin(), starts_.end(), 0u);
  for (std::size_t row = 0; row < rows; ++row) {
    if (columns.alive[row] == 0) {
      keys_[row] = kNoKey;
      continue;
    }
    const auto cell_x = static_cast<std::uint32_t>(cell_of(columns.x[row], cells_x_));
    const auto cell_y = static_cast<std::uint32_t>(cell_of(columns.y[row], cells_y_));
    const std::uint32_t cell = cell_y * static_cast<std::uint32_t>(cells_x_) + cell_x;
    keys_[row] = cell * shape_.species_count + columns.species[row];
    ++starts_[keys_[row]];
  }
  std::uint32_t total = 0;
  for (std::uint32_t& start : starts_) {
    total += start;
    start = total;
  }
  entries_.resize(total);
  // From the back, so that each start ends up at its first entry and rows stay ascending.
  for (std::size_t row = rows; row-- > 0;) {
    if (keys_[row] == kNoKey) continue;
    entries_[--starts_[keys_[row]]] = {columns.x[row], columns.y[row], columns.z[row],
                                       static_cast<std::uint32_t>(row)};
  }
}

template <class Visitor>
void Grid::visit_cells(const CellRow& cells, SpeciesMask species, Visitor& visitor) const {
  const std::size_t row = std::size_t(cells.y) * std::size_t(cells_x_);
  const std::size_t low = (row + std::size_t(cells.low_x)) * shape_.species_count;
  const std::size_t high = (row + std::size_t(cells.high_x) + 1) * shape_.species_count;
  const SpeciesMask every = ~SpeciesMask{0} >> (kSpeciesMax - shape_.species_count);
  const SpeciesMask wanted = species & every;
  if (wanted == every) {
    // The entries of neighbouring cells of a row lie together.
    visitor.visit(entries_.data() + starts_[low], entries_.data() + starts_[high]);
    return;
  }
  for (std::size_t base = low; base < high; base += shape_.species_count) {
    for (SpeciesMask rest = wanted; rest != 0; rest &= rest - 1) {
      const std::size_t key = base + std::size_t(std::countr_zero(rest));
      visitor.visit(entries_.data() + starts_[key], entries_.data() + starts_[key + 1]);
    }
  }
}

// Goes outward in square rings of cells and stops once a ring lies farther than the visitor's
// limit.
template <class Visitor>
void Grid::visit_rings(const GridQuery& query, Visitor&& visitor) const {
  const std::int32_t cx = cell_of(query.x, cells_x_);
  const std::int32_t cy = cell_of(query.y, cells_y_);
  const double cell_m = shape_.cell_m;
  const double inner = std::min({query.x - cx * cell_m, (cx + 1) * cell_m - query.x,
                                 query.y - cy * cell_m, (cy + 1) * cell_m - query.y});
  const std::int32_t ring_max = std::max({cx, cells_x_ - 1 - cx, cy, cells_y_ - 1 - cy});
  for (std::int32_t ring = 0; ring <= ring_max; ++ring) {
    const double gap = std::max(0.0, (ring - 1) * cell_m + inner - kEdgeSlack_m);
    if (visitor.limit() < (ring == 0 ? 0.0 : gap * gap)) return;
    const std::int32_t low_y = std::max(cy - ring, 0), high_y = std::min(cy + ring, cells_y_ - 1);
    const std::int32_t low_x = std::max(cx - ring, 0), high_x = std::min(cx + ring, cells_x_ - 1);
    for (std::int32_t y = low_y; y <= high_y; ++y) {
      if (y == cy - ring || y == cy + ring) {
        visit_cells({low_x, high_x, y}, query.species, visitor);
        continue;
      }
      if (cx - ring >= 0) visit_cells({cx - ring, cx - ring, y}, query.species, visitor);
      if (cx + ring < cells_x_) visit_cells({cx + ring, cx + ring, y}, query.species, visitor);
    }
  }
}

namespace {

struct NearestVisitor {
  const Columns& columns;
  const GridQuery& query;
  GridHit best;
  bool found = false;

  [[nodiscard]] double limit() const { return best.distance_squared; }
  void visit(const GridEntry* entry, const GridEntry* end) {
    for (; entry != end; ++entry) {
      const double squared = distance_squared(*entry, query);
      if (squared > best.distance_squared || entry->row == query.exclude_row) continue;
      const GridHit hit{squared, packed_id(columns, entry->row), *entry};
      if (found && !comes_before(hit, best)) continue;
      best = hit;
      found = true;
    }
  }
};

struct NeighborsVisitor {
  const Columns& columns;
  const GridQuery& query;
  std::span<GridHit> hits;
  double radius_squared;
  std::size_t count = 0;

  [[nodiscard]] double limit() const {
    return count < hits.size() ? radius_squared : hits[count - 1].distance_squared;
  }
  void visit(const GridEntry* entry, const GridEntry* end) {
    for (; entry != end; ++entry) {
      const double squared = distance_squared(*entry, query);
      if (squared > limit() || entry->row == query.exclude_row) continue;
      insert({squared, packed_id(columns, entry->row), *entry});
    }
  }
  void insert(const GridHit& hit) {
    const bool full = count == hits.size();
    if (full && !comes_before(hit, hits[count - 1])) return;
    std::size_t at = full ? count - 1 : count++;
    for (; at > 0 && comes_before(hit, hits[at - 1]); --at) hits[at] = hits[at - 1];
    hits[at] = hit;
  }
};

struct CountVisitor {
  const GridQuery& query;
  double radius_squared;
  std::size_t count = 0;

  void visit(const GridEntry* entry, const GridEntry* end) {
    for (; entry != end; ++entry) {
      const bool inside = distance_squared(*entry, query) <= radius_squared;
      count += inside && entry->row != query.exclude_row ? 1 : 0;
    }
  }
};

}  // namespace

bool Grid::nearest(const Columns& columns, const GridQuery& query, GridHit& hit) const {
  NearestVisitor visitor{columns, query, {}};
  visitor.best.distance_squared = squared_limit(query.radius);
  visit_rings(query, visitor);
  if (visitor.found) hit = visitor.best;
  return visitor.found;
}

std::size_t Grid::neighbors(const Columns& columns, const GridQuery& query,
                            std::span<GridHit> hits) const {
  if (hits.empty()) return 0;
  NeighborsVisitor visitor{columns, query, hits, squared_limit(query.radius)};
  visit_rings(query, visitor);
  return visitor.count;
}

std::size_t Grid::count(const GridQuery& query) const {
  if (!(query.radius >= 0)) return 0;
  CountVisitor visitor{query, query.radius * query.radius};
  // Beyond the map's size a radius sees no more, and a cell's number must fit its type.
  const double reach = std::min(query.radius, shape_.width_m + shape_.depth_m) + kEdgeSlack_m;
  const std::int32_t low_x = cell_of(query.x - reach, cells_x_);
  const std::int32_t high_x = cell_of(query.x + reach, cells_x_);
  const std::int32_t high_y = cell_of(query.y + reach, cells_y_);
  for (std::int32_t y = cell_of(query.y - reach, cells_y_); y <= high_y; ++y) {
    visit_cells({low_x, high_x, y}, query.species, visitor);
  }
  return visitor.count;
}

}  // namespace cherub::engine
