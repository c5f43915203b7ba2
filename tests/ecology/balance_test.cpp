#include <catch2/catch.hpp>
#include <memory>

#include "engine/ecology/ecology.h"
#include "engine/world.h"
#include "scripting/policy_host.h"
#include "trial.h"

using namespace cherub;
using namespace cherub::ecology_trials;

TEST_CASE("the meadow's species persist, within bounds, and do not stand still") {
  const engine::Scenario scenario = meadow();
  constexpr int kSeeds = 3;
  int persisting = 0;
  std::vector<int> swinging(scenario.species.size(), 0);
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
    const Populations populations = live(scenario, seed, 10'000);
    bool all = true;
    for (std::size_t species = 0; species < scenario.species.size(); ++species) {
      CAPTURE(seed, scenario.species[species].name);
      std::uint32_t least = ~0u, most = 0;
      for (const auto& sample : populations.samples) {
        least = std::min(least, sample[species]);
        most = std::max(most, sample[species]);
      }
      all = all && populations.samples.back()[species] > 0;
      swinging[species] += most > least ? 1 : 0;
      // A clutch that comes in the same tick may go over what births stop at.
      CHECK(most <= scenario.species[species].population_max + 10);
    }
    persisting += all ? 1 : 0;
  }
  CHECK(persisting >= kSeeds - 1);
  for (const int seeds : swinging) CHECK(seeds == kSeeds);
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
