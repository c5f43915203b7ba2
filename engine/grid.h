#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "engine/base/worker_pool.h"
#include "engine/columns.h"

namespace cherub::engine {

// Species a query looks for: bit i is species i.
using SpeciesMask = std::uint64_t;
inline constexpr std::size_t kSpeciesMax = 64;

// One living entity as the grid keeps it: a copy of its position at the last rebuild.
struct alignas(16) GridEntry {
  float x, y, z;
  std::uint32_t row;
};

struct GridHit {
  double distance_squared = 0;
  std::uint64_t id = 0;  // EntityId::packed
  GridEntry entry{};
  SpeciesIndex species = 0;
};

inline constexpr std::uint32_t kNobody = 0xffffffff;

// A sphere around a point; `exclude_row` is left out of every answer.
struct GridQuery {
  float x = 0, y = 0, z = 0;
  double radius = 0;
  SpeciesMask species = ~SpeciesMask{0};
  std::uint32_t exclude_row = kNobody;
};

// A uniform grid over the ground plane, made anew by counting sort each tick: entries lie together
// by species, within that by cell, within a cell by row; so the cells of one species that lie side
// by side are one run of memory. Read-only between rebuilds, so any number of threads may ask.
// Answers are ordered by (distance squared, id) and do not depend on the cell size. They come from
// the grid's own memory, which lies in the order of space: rows need not.
class Grid {
 public:
  struct Shape {
    double width_m = 1, depth_m = 1, cell_m = 1;
    std::uint32_t species_count = 1;
  };
  void configure(const Shape& shape);
  void rebuild(const Columns& columns, base::WorkerPool& pool);

  // False when nothing matches; `hit` is then unchanged.
  bool nearest(const GridQuery& query, GridHit& hit) const;
  // The nearest hits.size() matches in order; returns how many there are.
  std::size_t neighbors(const GridQuery& query, std::span<GridHit> hits) const;
  [[nodiscard]] std::size_t count(const GridQuery& query) const;

 private:
  template <bool kExcludes>
  struct NearestVisitor;
  struct NeighborsVisitor;
  struct CountVisitor;
  // The cells around a query's own that are looked at first, and how far they reach at least.
  struct Block {
    std::int32_t cell_x, cell_y;
    double gap_west, gap_east, gap_south, gap_north;
    [[nodiscard]] double gap() const;
  };
  struct CellRow {
    std::int32_t low_x, high_x, y;  // both ends included
  };
  template <bool kExcludes>
  bool nearest_of(const GridQuery& query, GridHit& hit) const;
  bool nearest_beyond(const Block& block, const GridQuery& query, GridHit& hit) const;
  template <class Visitor>
  Block visit_block(const GridQuery& query, Visitor& visitor) const;
  template <class Visitor>
  void visit_rings(const GridQuery& query, Block block, Visitor& visitor) const;
  template <class Visitor>
  void visit_box(const GridQuery& query, double reach, Visitor& visitor) const;
  template <class Visitor>
  void visit_cells(const CellRow& cells, SpeciesMask species, Visitor& visitor) const;
  [[nodiscard]] std::uint64_t id_of(const GridEntry& entry) const;
  [[nodiscard]] GridHit hit_of(const GridEntry& entry, double distance_squared) const;
  [[nodiscard]] std::int32_t cell_of(double position, std::int32_t cells) const {
    const auto cell = static_cast<std::int32_t>(position * cells_per_m_);
    return cell < 0 ? 0 : cell < cells ? cell : cells - 1;
  }
  [[nodiscard]] SpeciesMask every_species() const {
    return ~SpeciesMask{0} >> (kSpeciesMax - shape_.species_count);
  }

  struct Unsorted {
    GridEntry entry;
    std::uint32_t generation, key;
  };
  // The steps of rebuild. Buckets are bands of cell rows of one species: small enough that what is
  // sorted within one stays in the cache, and independent of each other.
  void count_buckets(const Columns& columns, std::size_t chunk);
  std::uint32_t lay_buckets(std::size_t chunks);
  void fill_buckets(const Columns& columns, std::size_t chunk);
  void sort_bucket(std::size_t bucket);
  void place(const Unsorted& unsorted, std::uint32_t at);
  void pad(std::uint32_t end);
  [[nodiscard]] std::uint32_t key_of(std::uint32_t species, std::int32_t x, std::int32_t y) const {
    return species * (cells_ + 1) + static_cast<std::uint32_t>(y * cells_x_ + x);
  }

  Shape shape_;
  double cells_per_m_ = 1;
  std::int32_t cells_x_ = 1, cells_y_ = 1;
  std::uint32_t cells_ = 1;
  std::vector<std::uint32_t> starts_;  // of each (species, cell), and each species' end
  // Behind the entries of each species lie some that are infinitely far away, so that entries may
  // be read some at a time.
  std::vector<GridEntry> entries_;
  std::vector<std::uint32_t> generations_;  // of each entry

  // Scratch of rebuild.
  std::int32_t band_rows_ = 1;  // rows of cells in a band
  std::uint32_t bands_ = 1;
  std::vector<std::uint32_t> keys_;     // (species, cell) by row
  std::vector<std::uint32_t> offsets_;  // by (chunk, bucket): where the chunk's next entry goes
  std::vector<std::uint32_t> bucket_starts_;
  std::vector<Unsorted> unsorted_;  // by bucket
};

}  // namespace cherub::engine
