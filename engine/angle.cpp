#include "engine/angle.h"

#include <cstdint>
#include <numbers>

namespace cherub::engine {
namespace {

// Two directions at a time: which octant each lies in cannot be predicted, so there are no
// branches, and what costs most is the division.
using Pair = double __attribute__((vector_size(16)));

// tan(pi / 8): below it eight terms of the arctangent's series give more than a float holds.
constexpr double kSeriesMax = 0.41421356237309503;

Pair arctangent_series(Pair t) {
  const Pair s = t * t;
  return t *
         (1 + s * (-1.0 / 3 +
                   s * (1.0 / 5 +
                        s * (-1.0 / 7 +
                             s * (1.0 / 9 + s * (-1.0 / 11 + s * (1.0 / 13 + s * (-1.0 / 15))))))));
}

// Of low / high, which is in [0, 1]. The addition theorem brings the upper part into the series'
// range.
Pair arctangent(Pair low, Pair high) {
  const auto in_range = low <= kSeriesMax * high;
  const Pair quotient = (in_range ? low : low - high) / (in_range ? high : low + high);
  const Pair offset = in_range ? Pair{0, 0} : Pair{} + std::numbers::pi / 4;
  return offset + arctangent_series(quotient);
}

Pair angles_of(Pair dx, Pair dy) {
  const Pair zero{};
  const Pair x = dx < zero ? -dx : dx, y = dy < zero ? -dy : dy;
  const auto flat = y <= x;
  const Pair part = arctangent(flat ? y : x, flat ? x : y);
  const Pair first = flat ? part : std::numbers::pi / 2 - part;
  const Pair upper = dx < zero ? std::numbers::pi - first : first;
  const Pair angle = dy < zero ? -upper : upper;
  return ((x == zero) & (y == zero)) ? zero : angle;
}

}  // namespace

void direction_angles(std::span<const float> dx, std::span<const float> dy,
                      std::span<float> angles) {
  for (std::size_t i = 0; i < angles.size(); i += 2) {
    const std::size_t next = i + 1 < angles.size() ? i + 1 : i;
    const Pair pair = angles_of(Pair{dx[i], dx[next]}, Pair{dy[i], dy[next]});
    angles[i] = static_cast<float>(pair[0]);
    angles[next] = static_cast<float>(pair[next - i]);
  }
}

float direction_angle(float dx, float dy) {
  return static_cast<float>(angles_of(Pair{dx, dx}, Pair{dy, dy})[0]);
}

}  // namespace cherub::engine
