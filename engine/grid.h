#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "engine/columns.h"

namespace cherub::engine {

// Species a query looks for: bit i is species i.
using SpeciesMask = std::uint64_t;
inline constexpr std::size_t kSpeciesMax = 64;

// One living entity as the grid keeps it: a copy of its position at the last rebuild.
struct GridEntry {
  float x, y, z;
  std::uint32_t row;
};

struct GridHit {
  double distance_squared = 0;
  std::uint64_t id = 0;  // EntityId::packed
  GridEntry entry{};
};

// A sphere around a point; `exclude_row` is left out of every answer.
struct GridQuery {
  float x = 0, y = 0, z = 0;
  double radius = 0;
  SpeciesMask species = ~SpeciesMask{0};
  std::uint32_t exclude_row = 0xffffffff;
};

// A uniform grid over the ground plane, made anew by counting sort each tick: entries lie together
// by cell, within a cell by species, within that by row. Read-only between rebuilds, so any number
// of threads may ask. Answers are ordered by (distance squared, id) and do not depend on the cell
// size.
class Grid {
 public:
  struct Shape {
    double width_m = 1, depth_m = 1, cell_m = 1;
    std::uint32_t species_count = 1;
  };
  void configure(const Shape& shape);
  void rebuild(const Columns& columns);

  // False when nothing matches; `hit` is then unchanged.
  bool nearest(const Columns& columns, const GridQuery& query, GridHit& hit) const;
  // The nearest hits.size() matches in order; returns how many there are.
  std::size_t neighbors(const Columns& columns, const GridQuery& query,
                        std::span<GridHit> hits) const;
  [[nodiscard]] std::size_t count(const GridQuery& query) const;
  [[nodiscard]] double cell_m() const { return shape_.cell_m; }

 private:
  template <class Visitor>
  void visit_rings(const GridQuery& query, Visitor&& visitor) const;
  struct CellRow {
    std::int32_t low_x, high_x, y;  // both ends included
  };
  template <class Visitor>
  void visit_cells(const CellRow& cells, SpeciesMask species, Visitor& visitor) const;
  [[nodiscard]] std::int32_t cell_of(double position, std::int32_t cells) const;

  Shape shape_;
  double cells_per_m_ = 1;
  std::int32_t cells_x_ = 1, cells_y_ = 1;
  std::vector<std::uint32_t> starts_;  // of each (cell, species), and one end
  std::vector<std::uint32_t> keys_;    // scratch of rebuild: (cell, species) by row
  std::vector<GridEntry> entries_;
};

}  // namespace cherub::engine
