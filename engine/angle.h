#pragma once

namespace cherub::engine {

// The direction of (dx, dy), radians in (-pi, pi], anticlockwise from +x; 0 for no direction. Built
// of exactly rounded operations only, so headings (part of the state hash) do not depend on the
// machine's math library.
float direction_angle(float dx, float dy);

}  // namespace cherub::engine
