#include "references.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <map>
#include <set>

#include "scripting/checker.h"

namespace cherub::goals {

// Enough for differences as large as these; the table of docs/SCENARIOS.md has more.
constexpr std::uint32_t kSeeds = 12;

TEST_CASE("each world has references for ten goals") {
  const auto references = read_references(CHERUB_GOALS_DIR);
  REQUIRE(references);
  // Caves, town and tower are one world: mazes of voxels.
  const std::map<std::string, std::string> worlds = {
      {"caves", "voxels"}, {"town", "voxels"}, {"tower", "voxels"}};
  std::map<std::string, std::set<std::string>> goals;
  for (const Reference& reference : *references) {
    const auto found = worlds.find(reference.scenario);
    const std::string& world = found == worlds.end() ? reference.scenario : found->second;
    CHECK(goals[world].insert(reference.scenario + ": " + reference.goal).second);
  }
  for (const char* world : {"meadow", "village", "voxels", "maze", "pasture"}) {
    CAPTURE(world);
    CHECK(goals[world].size() >= 10);
  }
}

TEST_CASE("references meet their goals better than the greedy one and the random walker") {
  const auto references = read_references(CHERUB_GOALS_DIR);
  REQUIRE(references);
  ReferenceTrials trials(2);
  for (Reference reference : *references) {
    reference.seeds = std::min(reference.seeds, kSeeds);
    CAPTURE(reference.scenario, reference.goal, reference.policy);
    const auto scenario = engine::builtin_scenario(reference.scenario);
    REQUIRE(scenario);
    for (const std::string& source : {reference.source, reference.greedy_source}) {
      CHECK(scripting::check_policy("policy", source, &*scenario).ok());
    }
    const auto trial = trials.run(reference);
    REQUIRE(trial);
    CHECK(trial->reference.aggregate.faults == 0);
    CHECK(trial->greedy.aggregate.faults == 0);
    CHECK(trial->over_greedy.low > 0);
    CHECK(trial->over_walker.low > 0);
  }
}

}  // namespace cherub::goals
