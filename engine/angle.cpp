#include "engine/angle.h"

#include <cmath>
#include <numbers>

#include "engine/base/choose.h"

namespace cherub::engine {
namespace {

using base::choose;

// tan(pi / 8): below it eight terms of the arctangent's series give more than a float holds.
constexpr double kSeriesMax = 0.41421356237309503;

double arctangent_series(double t) {
  const double s = t * t;
  return t *
         (1 + s * (-1.0 / 3 +
                   s * (1.0 / 5 +
                        s * (-1.0 / 7 +
                             s * (1.0 / 9 + s * (-1.0 / 11 + s * (1.0 / 13 + s * (-1.0 / 15))))))));
}

// Of low / high, which is in [0, 1]. The addition theorem brings the upper part into the series'
// range.
double arctangent(double low, double high) {
  const bool in_range = low <= kSeriesMax * high;
  const double over = choose(in_range, low, low - high);
  const double under = choose(in_range, high, low + high);
  return choose(in_range, 0, std::numbers::pi / 4) + arctangent_series(over / under);
}

}  // namespace

// Which octant a direction lies in cannot be predicted: so there are no branches but one.
float direction_angle(float dx, float dy) {
  const double x = std::abs(double{dx});
  const double y = std::abs(double{dy});
  if (x == 0 && y == 0) return 0;
  const bool flat = y <= x;
  const double part = arctangent(choose(flat, y, x), choose(flat, x, y));
  const double first = choose(flat, part, std::numbers::pi / 2 - part);
  const double upper = choose(dx < 0, std::numbers::pi - first, first);
  return static_cast<float>(choose(dy < 0, -upper, upper));
}

}  // namespace cherub::engine
