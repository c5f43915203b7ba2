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
// Rows that one task of a rebuild takes; worlds that fit one task are sorted as a whole.
constexpr std::size_t kRowsPerTask = 16384;
constexpr std::uint32_t kBucketsMax = 256;
// Entries of a bucket that are sorted by insertion.
constexpr std::uint32_t kFew = 16;

double distance_squared(const GridEntry& entry, const GridQuery& query) {
  const double dx = double{entry.x} - double{query.x};
  const double dy = double{entry.y} - double{query.y};
  const double dz = double{entry.z} - double{query.z};
  return dx * dx + dy * dy + dz * dz;
}

std::uint64_t packed_id(const Columns& columns, std::uint32_t row) {
  return EntityId{row, columns.generation[row]}.packed();
}

// Where there are few entries, most of the time would go to counting empty cells. Keeps the order
// of equal keys.
void sort_few(std::span<std::uint32_t> keys, GridEntry* entries) {
  for (std::size_t i = 1; i < keys.size(); ++i) {
    const std::uint32_t key = keys[i];
    const GridEntry entry = entries[i];
    std::size_t at = i;
    for (; at > 0 && keys[at - 1] > key; --at) {
      keys[at] = keys[at - 1];
      entries[at] = entries[at - 1];
    }
    keys[at] = key;
    entries[at] = entry;
  }
}

// starts[key], for all keys from `low` on, is `first` plus the number of keys that are lower.
void mark_starts(std::span<const std::uint32_t> keys, std::uint32_t first,
                 std::span<std::uint32_t> starts, std::uint32_t low) {
  auto at = starts.begin() + low;
  for (const std::uint32_t key : keys) {
    const auto end = starts.begin() + key + 1;
    if (end > at) at = std::fill_n(at, end - at, first);
    ++first;
  }
  std::fill(at, starts.end(), first);
}

bool comes_before(const GridHit& a, const GridHit& b) {
  if (a.distance_squared != b.distance_squared) return a.distance_squared < b.distance_squared;
  return a.id < b.id;
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
  cells_ = static_cast<std::uint32_t>(cells_x_) * static_cast<std::uint32_t>(cells_y_);
  starts_.assign(std::size_t{cells_} * shape_.species_count + 1, 0);
  entries_.clear();
}

std::uint32_t Grid::first_key(std::size_t bucket) const {
  const auto species = static_cast<std::uint32_t>(bucket) / bands_;
  const auto band = static_cast<std::int32_t>(static_cast<std::uint32_t>(bucket) % bands_);
  const std::int32_t cell_y = std::min(band * band_rows_, cells_y_);
  return species * cells_ + static_cast<std::uint32_t>(cell_y * cells_x_);
}

void Grid::count_buckets(const Columns& columns, std::size_t chunk) {
  const std::size_t buckets = bucket_starts_.size() - 1;
  std::uint32_t* const counts = offsets_.data() + chunk * buckets;
  std::fill(counts, counts + buckets, 0u);
  const std::size_t last = std::min(columns.size(), (chunk + 1) * kRowsPerTask);
  for (std::size_t row = chunk * kRowsPerTask; row < last; ++row) {
    if (columns.alive[row] == 0) {
      keys_[row] = kNoKey;
      continue;
    }
    const std::int32_t cell_x = cell_of(columns.x[row], cells_x_);
    const std::int32_t cell_y = cell_of(columns.y[row], cells_y_);
    const std::uint32_t species = columns.species[row];
    keys_[row] = species * cells_ + static_cast<std::uint32_t>(cell_y * cells_x_ + cell_x);
    ++counts[species * bands_ + static_cast<std::uint32_t>(cell_y / band_rows_)];
  }
}

// Turns the counts into places: by bucket, within one by chunk. Returns how many entries there are.
std::uint32_t Grid::lay_buckets(std::size_t chunks) {
  const std::size_t buckets = bucket_starts_.size() - 1;
  std::uint32_t total = 0;
  for (std::size_t bucket = 0; bucket < buckets; ++bucket) {
    bucket_starts_[bucket] = total;
    for (std::size_t chunk = 0; chunk < chunks; ++chunk) {
      std::uint32_t& count = offsets_[chunk * buckets + bucket];
      const std::uint32_t start = total;
      total += count;
      count = start;
    }
  }
  bucket_starts_[buckets] = total;
  return total;
}

void Grid::fill_buckets(const Columns& columns, std::size_t chunk) {
  const std::size_t buckets = bucket_starts_.size() - 1;
  std::uint32_t* const places = offsets_.data() + chunk * buckets;
  const std::size_t last = std::min(columns.size(), (chunk + 1) * kRowsPerTask);
  const auto row_cells = static_cast<std::uint32_t>(cells_x_ * band_rows_);
  for (std::size_t row = chunk * kRowsPerTask; row < last; ++row) {
    const std::uint32_t key = keys_[row];
    if (key == kNoKey) continue;
    const std::uint32_t species = columns.species[row];
    const std::uint32_t band = (key - species * cells_) / row_cells;
    const std::uint32_t place = places[species * bands_ + band]++;
    unsorted_keys_[place] = key;
    unsorted_[place] = {columns.x[row], columns.y[row], columns.z[row],
                        static_cast<std::uint32_t>(row)};
  }
}

void Grid::sort_bucket(std::size_t bucket) {
  const std::uint32_t low = first_key(bucket), high = first_key(bucket + 1);
  const std::uint32_t first = bucket_starts_[bucket], last = bucket_starts_[bucket + 1];
  if (last - first <= kFew) {
    std::copy(unsorted_.begin() + first, unsorted_.begin() + last, entries_.begin() + first);
    const std::size_t count = last - first;
    sort_few({unsorted_keys_.data() + first, count}, entries_.data() + first);
    mark_starts({unsorted_keys_.data() + first, count}, first, {starts_.data(), high}, low);
    return;
  }
  std::fill(starts_.begin() + low, starts_.begin() + high, 0u);
  for (std::uint32_t i = first; i < last; ++i) ++starts_[unsorted_keys_[i]];
  std::uint32_t total = first;
  for (std::uint32_t key = low; key < high; ++key) {
    total += starts_[key];
    starts_[key] = total;
  }
  // From the back, so that each start ends up at its first entry and rows stay ascending.
  for (std::uint32_t i = last; i-- > first;) entries_[--starts_[unsorted_keys_[i]]] = unsorted_[i];
}

void Grid::rebuild(const Columns& columns, base::WorkerPool& pool) {
  const std::size_t rows = columns.size();
  const std::size_t chunks = (rows + kRowsPerTask - 1) / kRowsPerTask;
  const std::uint32_t bands_wanted =
      chunks <= 1 ? 1 : std::max(1u, kBucketsMax / shape_.species_count);
  band_rows_ = (cells_y_ + static_cast<std::int32_t>(bands_wanted) - 1) /
               static_cast<std::int32_t>(bands_wanted);
  bands_ = static_cast<std::uint32_t>((cells_y_ + band_rows_ - 1) / band_rows_);
  const std::size_t buckets = std::size_t{bands_} * shape_.species_count;
  keys_.resize(rows);
  bucket_starts_.resize(buckets + 1);
  offsets_.resize(chunks * buckets);
  pool.run(chunks, [&](std::size_t chunk) { count_buckets(columns, chunk); });
  const std::uint32_t total = lay_buckets(chunks);
  unsorted_.resize(total);
  unsorted_keys_.resize(total);
  entries_.resize(total);
  pool.run(chunks, [&](std::size_t chunk) { fill_buckets(columns, chunk); });
  pool.run(buckets, [&](std::size_t bucket) { sort_bucket(bucket); });
  starts_.back() = total;
}

// `species` has no bits beyond the grid's species.
template <class Visitor>
inline void Grid::visit_cells(const CellRow& cells, SpeciesMask species, Visitor& visitor) const {
  const std::size_t row = std::size_t(cells.y) * std::size_t(cells_x_);
  for (SpeciesMask rest = species; rest != 0; rest &= rest - 1) {
    const std::size_t base = std::size_t(std::countr_zero(rest)) * cells_ + row;
    visitor.visit(entries_.data() + starts_[base + std::size_t(cells.low_x)],
                  entries_.data() + starts_[base + std::size_t(cells.high_x) + 1]);
  }
}

// Goes outward in square rings of cells. What lies farther than the visitor's limit is left out: it
// stops when a ring does, and cuts the ring's sides and corners that are out of reach.
template <class Visitor>
void Grid::visit_rings(const GridQuery& query, Visitor&& visitor) const {
  const SpeciesMask species = query.species & every_species();
  const std::int32_t cx = cell_of(query.x, cells_x_);
  const std::int32_t cy = cell_of(query.y, cells_y_);
  visit_cells({cx, cx, cy}, species, visitor);
  const double cell_m = shape_.cell_m;
  // To the ring's nearest points in each direction: of the first, to the own cell's sides.
  double west = query.x - cx * cell_m - kEdgeSlack_m, south = query.y - cy * cell_m - kEdgeSlack_m;
  double east = cell_m - west - 2 * kEdgeSlack_m, north = cell_m - south - 2 * kEdgeSlack_m;
  const std::int32_t ring_max = std::max({cx, cells_x_ - 1 - cx, cy, cells_y_ - 1 - cy});
  const auto squared = [](double gap) { return gap > 0 ? gap * gap : 0.0; };
  for (std::int32_t ring = 1; ring <= ring_max; ++ring) {
    const double west2 = squared(west), east2 = squared(east);
    const double south2 = squared(south), north2 = squared(north);
    if (std::min(std::min(west2, east2), std::min(south2, north2)) > visitor.limit()) return;
    const std::int32_t inner_x = std::max(cx - ring + 1, 0);
    const std::int32_t outer_x = std::min(cx + ring - 1, cells_x_ - 1);
    const auto visit_row = [&](std::int32_t y, double gap2) {
      if (y < 0 || y >= cells_y_ || gap2 > visitor.limit()) return;
      const bool corner_west = cx - ring >= 0 && gap2 + west2 <= visitor.limit();
      const bool corner_east = cx + ring < cells_x_ && gap2 + east2 <= visitor.limit();
      visit_cells({corner_west ? cx - ring : inner_x, corner_east ? cx + ring : outer_x, y},
                  species, visitor);
    };
    const auto visit_column = [&](std::int32_t x, double gap2) {
      if (x < 0 || x >= cells_x_ || gap2 > visitor.limit()) return;
      const std::int32_t last = std::min(cy + ring - 1, cells_y_ - 1);
      for (std::int32_t y = std::max(cy - ring + 1, 0); y <= last; ++y) {
        visit_cells({x, x, y}, species, visitor);
      }
    };
    visit_row(cy - ring, south2);
    visit_row(cy + ring, north2);
    visit_column(cx - ring, west2);
    visit_column(cx + ring, east2);
    west += cell_m;
    east += cell_m;
    south += cell_m;
    north += cell_m;
  }
}

namespace {

// Squares are compared as their bits, which order numbers from 0 up alike and need no branches:
// whether the next entry is nearer cannot be predicted.
struct NearestVisitor {
  const Columns& columns;
  const GridQuery& query;
  std::uint64_t best_bits;
  const GridEntry* best = nullptr;

  [[nodiscard]] double limit() const { return std::bit_cast<double>(best_bits); }
  void visit(const GridEntry* entry, const GridEntry* end) {
    std::uint64_t nearest_bits = best_bits;
    const GridEntry* nearest = best;
    for (; entry != end; ++entry) {
      const auto bits = std::bit_cast<std::uint64_t>(distance_squared(*entry, query));
      const bool other = entry->row != query.exclude_row;
      if (bits == nearest_bits) [[unlikely]] {
        if (other && wins_tie(*entry, nearest)) nearest = entry;
        continue;
      }
      const bool nearer = (bits < nearest_bits) & other;
      nearest_bits = nearer ? bits : nearest_bits;
      nearest = nearer ? entry : nearest;
    }
    best_bits = nearest_bits;
    best = nearest;
  }

 private:
  [[nodiscard]] bool wins_tie(const GridEntry& entry, const GridEntry* other) const {
    return other == nullptr || packed_id(columns, entry.row) < packed_id(columns, other->row);
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
  if (!(query.radius >= 0)) return false;
  const double limit = query.radius * query.radius;
  NearestVisitor visitor{columns, query, std::bit_cast<std::uint64_t>(limit)};
  visit_rings(query, visitor);
  if (visitor.best == nullptr) return false;
  hit = {visitor.limit(), packed_id(columns, visitor.best->row), *visitor.best};
  return true;
}

std::size_t Grid::neighbors(const Columns& columns, const GridQuery& query,
                            std::span<GridHit> hits) const {
  if (hits.empty() || !(query.radius >= 0)) return 0;
  NeighborsVisitor visitor{columns, query, hits, query.radius * query.radius};
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
    visit_cells({low_x, high_x, y}, query.species & every_species(), visitor);
  }
  return visitor.count;
}

}  // namespace cherub::engine
