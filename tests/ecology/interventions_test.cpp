// What an ecologist expects when something is taken away: directions only, over some seeds.
#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "trial.h"

using namespace cherub;
using namespace cherub::ecology_trials;

namespace {

constexpr std::uint64_t kFirstSeed = 11, kSeeds = 2;
constexpr std::uint32_t kTicks = 10'000;

std::vector<Populations> live_all(const engine::Scenario& scenario) {
  std::vector<Populations> all;
  for (std::uint64_t i = 0; i < kSeeds; ++i) all.push_back(live(scenario, kFirstSeed + i, kTicks));
  return all;
}

struct Means {
  double with = 0, without = 0;
  std::uint64_t rose = 0, fell = 0;  // seeds on which the species did, by the change
};

// The late mean of a species in the shipped meadow and in a changed one, over the same seeds.
Means compare(const engine::Scenario& changed, const std::string& species) {
  static const std::vector<Populations> shipped = live_all(meadow());
  const std::size_t index = *changed.find_species(species);
  const std::vector<Populations> other = live_all(changed);
  Means means;
  for (std::size_t i = 0; i < kSeeds; ++i) {
    const double with = shipped[i].mean_late(index), without = other[i].mean_late(index);
    means.with += with / kSeeds;
    means.without += without / kSeeds;
    means.rose += without > with ? 1 : 0;
    means.fell += without < with ? 1 : 0;
  }
  return means;
}

}  // namespace

TEST_CASE("without wolves there are more deer") {
  const Means deer = compare(without(meadow(), {"wolf"}), "deer");
  CAPTURE(deer.with, deer.without);
  CHECK(deer.without > 1.15 * deer.with);
  CHECK(deer.rose == kSeeds);
}

TEST_CASE("without wolves there is less grass, which the deer eat") {
  const Means grass = compare(without(meadow(), {"wolf"}), "meadow_grass");
  CAPTURE(grass.with, grass.without);
  CHECK(grass.without < grass.with);
  CHECK(grass.fell == kSeeds);
}

TEST_CASE("without rain there is less grass") {
  const Means grass = compare(without(meadow(), {}, true), "meadow_grass");
  CAPTURE(grass.with, grass.without);
  CHECK(grass.without < 0.5 * grass.with);
  CHECK(grass.fell == kSeeds);
}

TEST_CASE("without pollinators there are fewer wildflowers") {
  const Means flowers = compare(without(meadow(), {"butterfly"}), "wildflower");
  CAPTURE(flowers.with, flowers.without);
  CHECK(flowers.without < 0.5 * flowers.with);
  CHECK(flowers.fell == kSeeds);
}
