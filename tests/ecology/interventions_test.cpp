// What an ecologist expects when something is taken away: directions only, over some seeds.
#include <catch2/catch.hpp>

#include "trial.h"

using namespace cherub;
using namespace cherub::ecology_trials;

namespace {

constexpr std::uint64_t kSeeds = 3;
constexpr std::uint32_t kTicks = 6000;

struct Means {
  double with = 0, without = 0;
};

// The late mean of a species in the shipped meadow and in a changed one, over the same seeds.
Means compare(const engine::Scenario& changed, const std::string& species) {
  const engine::Scenario shipped = meadow();
  const std::size_t index = *shipped.find_species(species);
  Means means;
  for (std::uint64_t seed = 11; seed < 11 + kSeeds; ++seed) {
    means.with += live(shipped, seed, kTicks).mean_late(index) / kSeeds;
    means.without += live(changed, seed, kTicks).mean_late(index) / kSeeds;
  }
  return means;
}

}  // namespace

TEST_CASE("without wolves there are more deer") {
  const Means deer = compare(without(meadow(), {"wolf"}), "deer");
  CAPTURE(deer.with, deer.without);
  CHECK(deer.without > 1.15 * deer.with);
}

TEST_CASE("without rain there is less grass") {
  const Means grass = compare(without(meadow(), {}, true), "meadow_grass");
  CAPTURE(grass.with, grass.without);
  CHECK(grass.without < 0.8 * grass.with);
}

TEST_CASE("without pollinators there are fewer wildflowers") {
  const Means flowers = compare(without(meadow(), {"butterfly"}), "wildflower");
  CAPTURE(flowers.with, flowers.without);
  CHECK(flowers.without < 0.8 * flowers.with);
}
