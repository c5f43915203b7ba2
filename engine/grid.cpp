#include "engine/grid.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

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
// How many entries the search for the nearest reads at a time.
constexpr std::uint32_t kStride = 4;

double distance_squared(const GridEntry& entry, const GridQuery& query) {
  const double dx = double{entry.x} - double{query.x};
  const double dy = double{entry.y} - double{query.y};
  const double dz = double{entry.z} - double{query.z};
  return dx * dx + dy * dy + dz * dz;
}

// Of a sphere, at most what is finite: padding is beyond every limit.
double limit_of(const GridQuery& query) {
  return std::min(query.radius * query.radius, std::numeric_limits<double>::max());
}

// starts[key], for all keys from `low` on, is `first` plus the number of keys that are lower.
template <class Unsorted>
void mark_starts(std::span<const Unsorted> sorted, std::uint32_t first,
                 std::span<std::uint32_t> starts, std::uint32_t low) {
  auto at = starts.begin() + low;
  for (const Unsorted& one : sorted) {
    const auto end = starts.begin() + one.key + 1;
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
  starts_.assign((std::size_t{cells_} + 1) * shape_.species_count, 0);
  entries_.clear();
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
    keys_[row] = key_of(species, cell_x, cell_y);
    ++counts[species * bands_ + static_cast<std::uint32_t>(cell_y / band_rows_)];
  }
}

// Turns the counts into places: by bucket, within one by chunk, with room for the padding behind
// the last bucket of each species. Returns how many entries there are.
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
    if ((bucket + 1) % bands_ == 0) total += kStride;
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
    const std::uint32_t band = (key - key_of(species, 0, 0)) / row_cells;
    const std::uint32_t place = places[species * bands_ + band]++;
    unsorted_[place] = {
        {columns.x[row], columns.y[row], columns.z[row], static_cast<std::uint32_t>(row)},
        columns.generation[row],
        key};
  }
}

inline void Grid::place(const Unsorted& unsorted, std::uint32_t at) {
  entries_[at] = unsorted.entry;
  generations_[at] = unsorted.generation;
}

void Grid::pad(std::uint32_t end) {
  constexpr float kFar = std::numeric_limits<float>::infinity();
  for (std::uint32_t at = end; at < end + kStride; ++at) {
    entries_[at] = {kFar, kFar, kFar, kNoKey};
    generations_[at] = 0;
  }
}

void Grid::sort_bucket(std::size_t bucket) {
  const auto species = static_cast<std::uint32_t>(bucket) / bands_;
  const auto band = static_cast<std::int32_t>(bucket % bands_);
  const bool is_last = band + 1 == static_cast<std::int32_t>(bands_);  // of its species
  const std::uint32_t low = key_of(species, 0, band * band_rows_);
  const std::uint32_t high = key_of(species, 0, std::min((band + 1) * band_rows_, cells_y_));
  const std::uint32_t first = bucket_starts_[bucket];
  const std::uint32_t last = bucket_starts_[bucket + 1] - (is_last ? kStride : 0);
  if (is_last) {
    starts_[high] = last;
    pad(last);
  }
  if (last - first <= kFew) {
    // Where there are few entries, most of the time would go to counting empty cells.
    const std::span<Unsorted> few(unsorted_.data() + first, last - first);
    for (auto end = few.begin(); end != few.end(); ++end) {
      const auto comes_before = [](const Unsorted& a, const Unsorted& b) { return a.key < b.key; };
      std::rotate(std::upper_bound(few.begin(), end, *end, comes_before), end, end + 1);
    }
    for (std::uint32_t at = first; at < last; ++at) place(unsorted_[at], at);
    mark_starts<Unsorted>(few, first, {starts_.data(), high}, low);
    return;
  }
  std::fill(starts_.begin() + low, starts_.begin() + high, 0u);
  for (std::uint32_t i = first; i < last; ++i) ++starts_[unsorted_[i].key];
  std::uint32_t total = first;
  for (std::uint32_t key = low; key < high; ++key) {
    total += starts_[key];
    starts_[key] = total;
  }
  // From the back, so that each start ends up at its first entry and rows stay ascending.
  for (std::uint32_t i = last; i-- > first;) place(unsorted_[i], --starts_[unsorted_[i].key]);
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
  entries_.resize(total);
  generations_.resize(total);
  pool.run(chunks, [&](std::size_t chunk) { fill_buckets(columns, chunk); });
  pool.run(buckets, [&](std::size_t bucket) { sort_bucket(bucket); });
}

// `species` has no bits beyond the grid's species.
template <class Visitor>
inline void Grid::visit_cells(const CellRow& cells, SpeciesMask species, Visitor& visitor) const {
  const std::size_t row = std::size_t(cells.y) * std::size_t(cells_x_);
  for (SpeciesMask rest = species; rest != 0; rest &= rest - 1) {
    const std::size_t base = std::size_t(std::countr_zero(rest)) * (cells_ + 1) + row;
    visitor.visit(entries_.data() + starts_[base + std::size_t(cells.low_x)],
                  entries_.data() + starts_[base + std::size_t(cells.high_x) + 1]);
  }
}

inline double Grid::Block::gap() const {
  return std::min(std::min(gap_west, gap_east), std::min(gap_south, gap_north));
}

// The query's own cell and the eight around it.
template <class Visitor>
inline Grid::Block Grid::visit_block(const GridQuery& query, Visitor& visitor) const {
  const SpeciesMask species = query.species & every_species();
  const std::int32_t cx = cell_of(query.x, cells_x_);
  const std::int32_t cy = cell_of(query.y, cells_y_);
  const std::int32_t low_x = std::max(cx - 1, 0), high_x = std::min(cx + 1, cells_x_ - 1);
  const std::int32_t high_y = std::min(cy + 1, cells_y_ - 1);
  for (std::int32_t y = std::max(cy - 1, 0); y <= high_y; ++y) {
    visit_cells({low_x, high_x, y}, species, visitor);
  }
  const double cell_m = shape_.cell_m;
  const double west = query.x - cx * cell_m + cell_m, south = query.y - cy * cell_m + cell_m;
  return {cx,
          cy,
          west - kEdgeSlack_m,
          3 * cell_m - west - kEdgeSlack_m,
          south - kEdgeSlack_m,
          3 * cell_m - south - kEdgeSlack_m};
}

// All cells that are within reach of the query.
template <class Visitor>
void Grid::visit_box(const GridQuery& query, double reach, Visitor& visitor) const {
  // Beyond the map's size there is nothing, and a cell's number must fit its type.
  reach = std::min(reach, shape_.width_m + shape_.depth_m) + kEdgeSlack_m;
  const std::int32_t low_x = cell_of(query.x - reach, cells_x_);
  const std::int32_t high_x = cell_of(query.x + reach, cells_x_);
  const std::int32_t high_y = cell_of(query.y + reach, cells_y_);
  for (std::int32_t y = cell_of(query.y - reach, cells_y_); y <= high_y; ++y) {
    visit_cells({low_x, high_x, y}, query.species & every_species(), visitor);
  }
}

// Goes outward from the block in square rings of cells. What lies farther than the visitor's limit
// is left out: it stops when a ring does, and cuts the ring's sides and corners that are out of
// reach.
template <class Visitor>
void Grid::visit_rings(const GridQuery& query, Block block, Visitor& visitor) const {
  const SpeciesMask species = query.species & every_species();
  const std::int32_t cx = block.cell_x, cy = block.cell_y;
  const double cell_m = shape_.cell_m;
  const std::int32_t ring_max = std::max({cx, cells_x_ - 1 - cx, cy, cells_y_ - 1 - cy});
  const auto squared = [](double gap) { return gap > 0 ? gap * gap : 0.0; };
  for (std::int32_t ring = 2; ring <= ring_max; ++ring) {
    if (squared(block.gap()) > visitor.limit()) return;
    const double west2 = squared(block.gap_west), east2 = squared(block.gap_east);
    const double south2 = squared(block.gap_south), north2 = squared(block.gap_north);
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
    block.gap_west += cell_m;
    block.gap_east += cell_m;
    block.gap_south += cell_m;
    block.gap_north += cell_m;
  }
}

inline std::uint64_t Grid::id_of(const GridEntry& entry) const {
  const auto at = static_cast<std::size_t>(&entry - entries_.data());
  return EntityId{entry.row, generations_[at]}.packed();
}

inline GridHit Grid::hit_of(const GridEntry& entry, double distance_squared) const {
  const auto at = static_cast<std::size_t>(&entry - entries_.data());
  std::uint32_t species = 0;
  while (species + 1 < shape_.species_count && starts_[key_of(species + 1, 0, 0)] <= at) ++species;
  return {distance_squared, id_of(entry), entry, static_cast<SpeciesIndex>(species)};
}

// Looks at entries two by two, in two lanes each of which keeps its nearest, without branches:
// neither which entry is nearer nor how many are in a run can be predicted. So it takes kStride at
// a time; what follows a run is as good a candidate as what is in it.
template <bool kExcludes>
struct Grid::NearestVisitor {
  NearestVisitor(const Grid& grid, const GridQuery& query, double limit)
      : entries(grid.entries_.data()),
        x{query.x, query.x},
        y{query.y, query.y},
        z{query.z, query.z},
        excluded{query.exclude_row, query.exclude_row} {
    // What is as far as the limit counts as within it.
    const auto beyond = std::bit_cast<double>(std::bit_cast<std::uint64_t>(limit) + 1);
    nearest = Pair{beyond, beyond};
  }

  void visit(const GridEntry* entry, const GridEntry* end) {
    const std::int64_t first = entry - entries;
    Bits at{first, first + 1};
    for (; entry < end; entry += kStride) {
      for (std::uint32_t i = 0; i < kStride; i += 2, at += 2) visit_pair(entry + i, at);
    }
  }

  [[nodiscard]] bool found() const { return index[0] >= 0 || index[1] >= 0; }
  // Some were as near as the nearest at that time: ids must decide.
  [[nodiscard]] bool has_tie() const {
    return (ties[0] | ties[1]) != 0 || (nearest[0] == nearest[1] && index[0] != index[1]);
  }
  [[nodiscard]] double distance_squared() const { return std::min(nearest[0], nearest[1]); }
  [[nodiscard]] const GridEntry& entry() const {
    return entries[nearest[0] < nearest[1] || index[1] < 0 ? index[0] : index[1]];
  }

 private:
  using Pair = double __attribute__((vector_size(16)));
  using Bits = std::int64_t __attribute__((vector_size(16)));

  void visit_pair(const GridEntry* pair, Bits at) {
    const Pair dx = Pair{pair[0].x, pair[1].x} - x;
    const Pair dy = Pair{pair[0].y, pair[1].y} - y;
    const Pair dz = Pair{pair[0].z, pair[1].z} - z;
    const Pair squared = dx * dx + dy * dy + dz * dz;
    Bits nearer = squared < nearest, equal = squared == nearest;
    if constexpr (kExcludes) {
      const Bits other = Bits{pair[0].row, pair[1].row} != excluded;
      nearer &= other;
      equal &= other;
    }
    ties |= equal;
    index = (nearer & at) | (~nearer & index);
    nearest = std::bit_cast<Pair>((nearer & std::bit_cast<Bits>(squared)) |
                                  (~nearer & std::bit_cast<Bits>(nearest)));
  }

  const GridEntry* entries;
  Pair x, y, z;
  Bits excluded;
  Pair nearest{};
  Bits index{-1, -1}, ties{};
};

struct Grid::NeighborsVisitor {
  const Grid& grid;
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
      insert(grid.hit_of(*entry, squared));
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

struct Grid::CountVisitor {
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

template <bool kExcludes>
inline bool Grid::nearest_of(const GridQuery& query, GridHit& hit) const {
  NearestVisitor<kExcludes> visitor(*this, query, limit_of(query));
  const Block block = visit_block(query, visitor);
  if (!visitor.found()) return nearest_beyond(block, query, hit);
  const double gap = std::max(block.gap(), 0.0);
  if (gap * gap <= visitor.distance_squared()) {
    // What is found bounds what has to be looked at.
    const double limit = visitor.distance_squared();
    visitor = NearestVisitor<kExcludes>(*this, query, limit);
    visit_box(query, std::sqrt(limit), visitor);
  }
  if (visitor.has_tie()) return neighbors(query, {&hit, 1}) > 0;
  hit = hit_of(visitor.entry(), visitor.distance_squared());
  return true;
}

// When nothing is in the block.
bool Grid::nearest_beyond(const Block& block, const GridQuery& query, GridHit& hit) const {
  NeighborsVisitor visitor{*this, query, {&hit, 1}, limit_of(query)};
  visit_rings(query, block, visitor);
  return visitor.count > 0;
}

bool Grid::nearest(const GridQuery& query, GridHit& hit) const {
  if (!(query.radius >= 0)) return false;
  return query.exclude_row == kNobody ? nearest_of<false>(query, hit)
                                      : nearest_of<true>(query, hit);
}

std::size_t Grid::neighbors(const GridQuery& query, std::span<GridHit> hits) const {
  if (hits.empty() || !(query.radius >= 0)) return 0;
  NeighborsVisitor visitor{*this, query, hits, limit_of(query)};
  visit_rings(query, visit_block(query, visitor), visitor);
  return visitor.count;
}

std::size_t Grid::count(const GridQuery& query) const {
  if (!(query.radius >= 0)) return 0;
  CountVisitor visitor{query, limit_of(query)};
  visit_box(query, query.radius, visitor);
  return visitor.count;
}

}  // namespace cherub::engine
