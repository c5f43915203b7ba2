#pragma once

#include <cstdint>

#include "engine/terrain.h"

namespace cherub::engine {

// Kept between a body and a wall's face; more than half the spacing of floats at the map's far end.
inline constexpr double kSkin_m = 1e-3;

// Moves one coordinate of the centre to `wanted`, stopping short of the first cells that the body's
// leading side may not enter. `is_free(along)` asks for all cells that the side would be in.
template <class IsFree>
float slide(float from, float wanted, float body_radius, IsFree&& is_free) {
  const double radius = body_radius;
  const int direction = wanted > from ? 1 : -1;
  const std::int64_t first = cell_at(double{from} + direction * radius);
  const std::int64_t last = cell_at(double{wanted} + direction * radius);
  for (std::int64_t along = first; along != last;) {
    along += direction;
    if (is_free(along)) continue;
    const double face = static_cast<double>(direction > 0 ? along : along + 1);
    return static_cast<float>(face - direction * (radius + kSkin_m));
  }
  return wanted;
}

// The cells that a body covers along one axis, both ends included.
struct Breadth {
  std::int64_t low, high;
  Breadth(float centre, float body_radius)
      : low(cell_at(double{centre} - double{body_radius})),
        high(cell_at(double{centre} + double{body_radius})) {}
};

}  // namespace cherub::engine
