#include "references.h"

#include <catch2/catch.hpp>

#include "scripting/checker.h"

namespace cherub::goals {

// Enough for differences as large as these; the table of docs/SCENARIOS.md has more.
constexpr std::uint32_t kSeeds = 10;

TEST_CASE("references meet their goals better than the greedy one and the random walker") {
  const auto references = read_references(CHERUB_GOALS_DIR);
  REQUIRE(references);
  CHECK(references->size() >= 10);
  for (Reference reference : *references) {
    reference.seeds = kSeeds;
    CAPTURE(reference.scenario, reference.goal, reference.policy);
    const auto scenario = engine::builtin_scenario(reference.scenario);
    REQUIRE(scenario);
    for (const std::string& source : {reference.source, reference.greedy_source}) {
      CHECK(scripting::check_policy("policy", source, &*scenario).ok());
    }
    const auto trial = try_reference(reference, 2);
    REQUIRE(trial);
    CHECK(trial->reference.aggregate.faults == 0);
    CHECK(trial->greedy.aggregate.faults == 0);
    CHECK(trial->over_greedy.low > 0);
    CHECK(trial->over_walker.low > 0);
  }
}

}  // namespace cherub::goals
