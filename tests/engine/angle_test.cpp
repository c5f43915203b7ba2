#include "engine/angle.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <vector>

#include "engine/base/random.h"

using cherub::engine::direction_angle;

TEST_CASE("the angle of a direction is the arctangent of the library to a float's precision") {
  cherub::base::RandomStream random(7);
  for (int i = 0; i < 20'000; ++i) {
    const auto x = static_cast<float>(random.uniform(-3, 3));
    const auto y = static_cast<float>(random.uniform(-3, 3));
    REQUIRE(std::abs(double{direction_angle(x, y)} - std::atan2(double{y}, double{x})) < 5e-7);
  }
}

TEST_CASE("the angle knows the axes, and no direction is 0") {
  CHECK(direction_angle(0, 0) == 0.0f);
  CHECK(direction_angle(2, 0) == 0.0f);
  CHECK(direction_angle(0, 2) == Approx(1.5707963));
  CHECK(direction_angle(-2, 0) == Approx(3.1415927));
  CHECK(direction_angle(0, -2) == Approx(-1.5707963));
}

TEST_CASE("the angles of many directions are those of each, to the bit") {
  cherub::base::RandomStream random(8);
  for (std::size_t count = 0; count < 9; ++count) {
    std::vector<float> dx(count), dy(count), angles(count);
    for (std::size_t i = 0; i < count; ++i) {
      dx[i] = static_cast<float>(random.uniform(-3, 3));
      dy[i] = i % 3 == 0 ? 0.0f : static_cast<float>(random.uniform(-3, 3));
    }
    cherub::engine::direction_angles(dx, dy, angles);
    for (std::size_t i = 0; i < count; ++i) CHECK(angles[i] == direction_angle(dx[i], dy[i]));
  }
}
