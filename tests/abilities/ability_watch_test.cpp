#include "abilities/ability_watch.h"

#include <catch2/catch.hpp>

using namespace cherub;

TEST_CASE("An ability goes after five faults in a fifth of its uses", "[abilities]") {
  const auto goes = [](std::uint64_t uses, std::uint64_t faults) {
    scripting::AbilityStats stats;
    stats.uses = uses;
    stats.faults = faults;
    return abilities::fails_too_often(stats);
  };
  CHECK_FALSE(goes(0, 0));
  CHECK_FALSE(goes(4, 4));
  CHECK(goes(5, 5));
  CHECK(goes(25, 5));
  CHECK_FALSE(goes(26, 5));
}
