#pragma once

#include <span>

namespace cherub::engine {

// The direction of (dx, dy), radians in (-pi, pi], anticlockwise from +x; 0 for no direction. Built
// of exactly rounded operations only, so headings (part of the state hash) do not depend on the
// machine's math library.
float direction_angle(float dx, float dy);
// The same for many, which is faster. The spans are as long as each other.
void direction_angles(std::span<const float> dx, std::span<const float> dy,
                      std::span<float> angles);

}  // namespace cherub::engine
