#include <algorithm>
#include <catch2/catch.hpp>
#include <memory>

#include "engine/ecology/ecology.h"
#include "engine/world.h"
#include "scripting/policy_host.h"
#include "trial.h"

using namespace cherub;
using namespace cherub::ecology_trials;

namespace {

// The least, the most and the mean of a species over the second half of a life, and how often it
// went from a twentieth above that mean to a twentieth below it or back.
struct Swing {
  double mean = 0;
  std::uint32_t least = ~0u, most = 0;
  int turns = 0;
};

Swing swing_of(const Populations& populations, std::size_t species) {
  Swing swing;
  swing.mean = populations.mean_late(species);
  int side = 0;
  for (std::size_t i = populations.samples.size() / 2; i < populations.samples.size(); ++i) {
    const std::uint32_t count = populations.samples[i][species];
    swing.least = std::min(swing.least, count);
    swing.most = std::max(swing.most, count);
    const int now = count > 1.05 * swing.mean ? 1 : count < 0.95 * swing.mean ? -1 : 0;
    if (now == 0 || now == side) continue;
    swing.turns += side != 0 ? 1 : 0;
    side = now;
  }
  return swing;
}

}  // namespace

TEST_CASE("the meadow's species persist and swing, and what bounds them is no number") {
  const engine::Scenario scenario = meadow();
  constexpr int kSeeds = 3;
  int persisting = 0;
  std::vector<int> turns(scenario.species.size(), 0);
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
    const Populations populations = live(scenario, seed, 20'000);
    bool all = true;
    for (std::size_t species = 0; species < scenario.species.size(); ++species) {
      CAPTURE(seed, scenario.species[species].name);
      CHECK(scenario.species[species].population_max == 0);
      const Swing swing = swing_of(populations, species);
      CAPTURE(swing.mean, swing.least, swing.most);
      all = all && swing.least > 0;
      turns[species] += swing.turns;
      CHECK(swing.most < 4 * swing.mean);
      CHECK(swing.most - swing.least > 0.15 * swing.mean);
    }
    persisting += all ? 1 : 0;
  }
  CHECK(persisting == kSeeds);
  for (std::size_t species = 0; species < scenario.species.size(); ++species) {
    CAPTURE(scenario.species[species].name);
    // An oak outlives the run.
    if (scenario.species[species].canopy == 0) CHECK(turns[species] >= kSeeds);
  }
}

TEST_CASE("all matter is accounted for while a meadow lives by its default behaviours") {
  auto world = engine::World::create(meadow(), 21);
  REQUIRE(world.ok());
  scripting::PolicyHost host(std::make_shared<scripting::ScriptRegistry>(), {});
  for (int tick = 0; tick < 3000; ++tick) {
    (*world)->step(host);
    const engine::Ecology& ecology = *(*world)->ecology();
    const engine::MatterBalance balance = balance_of(ecology);
    REQUIRE(balance.total() == ecology.brought_nutrient + ecology.brought_organic);
    REQUIRE(balance.litter + balance.bodies + ecology.mineralised ==
            ecology.brought_organic + ecology.bound);
  }
  // Matter goes around: plants have bound, and life has given back, what all bodies hold, and more.
  const engine::Ecology& ecology = *(*world)->ecology();
  CHECK(ecology.bound > balance_of(ecology).bodies);
  CHECK(ecology.mineralised > balance_of(ecology).bodies);
}
