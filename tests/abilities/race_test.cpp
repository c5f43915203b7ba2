#include "abilities/race.h"

#include <catch2/catch.hpp>
#include <cmath>

namespace cherub::abilities {

TEST_CASE("heats are one seed, then twice as many each time, up to all") {
  using Heats = std::vector<std::size_t>;
  CHECK(heats_of(1, {}) == Heats{1});
  CHECK(heats_of(2, {}) == Heats{1, 2});
  CHECK(heats_of(8, {}) == Heats{1, 8});
  CHECK(heats_of(9, {}) == Heats{1, 8, 9});
  CHECK(heats_of(64, {}) == Heats{1, 8, 16, 32, 64});
  CHECK(heats_of(96, {}) == Heats{1, 8, 16, 32, 64, 96});
  CHECK(heats_of(8, {.first_heat = 2}) == Heats{1, 2, 4, 8});
  CHECK(heats_of(3, {.first_heat = 0}) == Heats{1, 2, 3});
}

TEST_CASE("the better half goes on, of equals those that came first") {
  const std::vector<Standing> five = {
      {0, 0.1, {}}, {1, 0.5, {}}, {2, 0.3, {}}, {3, 0.5, {}}, {4, 0.3, {}}};
  CHECK(better_half(five) == std::vector<std::size_t>{1, 2, 3});
  CHECK(better_half(std::span(five).first(2)) == std::vector<std::size_t>{1});
  CHECK(better_half(std::span(five).first(1)) == std::vector<std::size_t>{0});
  CHECK(better_half({}).empty());
}

TEST_CASE("hopeless is who is behind the best by more than chance explains") {
  const RaceRules rules{.first_heat = 8, .hopeless_gap = 0.4};
  const auto hopeless = [&](double lead, std::size_t seeds) {
    return is_hopeless({0, 0.5, lead}, seeds, rules);
  };
  CHECK_FALSE(is_hopeless({0, -9, std::nullopt}, 64, rules));  // there is nothing to be behind of
  CHECK_FALSE(hopeless(-0.4, 1));
  CHECK(hopeless(-0.41, 1));
  CHECK_FALSE(hopeless(-0.1, 16));
  CHECK(hopeless(-0.11, 16));
  CHECK_FALSE(hopeless(0.3, 1));
  const RaceRules strict{.first_heat = 8, .hopeless_gap = 0};
  CHECK_FALSE(is_hopeless({0, 0.5, 0.0}, 8, strict));
  CHECK(is_hopeless({0, 0.5, std::nextafter(0.0, -1.0)}, 8, strict));
}

}  // namespace cherub::abilities
