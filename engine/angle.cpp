#include "engine/angle.h"

#include <cmath>
#include <numbers>

namespace cherub::engine {
namespace {

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
  if (low <= kSeriesMax * high) return arctangent_series(low / high);
  return std::numbers::pi / 4 + arctangent_series((low - high) / (low + high));
}

}  // namespace

float direction_angle(float dx, float dy) {
  const double x = std::abs(double{dx});
  const double y = std::abs(double{dy});
  if (x == 0 && y == 0) return 0;
  double angle = y <= x ? arctangent(y, x) : std::numbers::pi / 2 - arctangent(x, y);
  if (dx < 0) angle = std::numbers::pi - angle;
  return static_cast<float>(dy < 0 ? -angle : angle);
}

}  // namespace cherub::engine
