#include "abilities/ability_watch.h"

#include <catch2/catch.hpp>

using namespace cherub;
using namespace cherub::abilities;

namespace {

engine::AbilitySpec spec(const std::string& sha256) {
  engine::AbilitySpec spark;
  spark.name = "spark";
  spark.sha256 = sha256;
  spark.energy_cost = 0.1;
  return spark;
}

std::map<std::string, scripting::AbilityStats> counted(const std::string& sha256,
                                                       std::uint64_t uses, std::uint64_t faults) {
  scripting::AbilityStats stats;
  stats.uses = uses;
  stats.faults = faults;
  stats.first_fault = "ability:3: no";
  return {{sha256, stats}};
}

}  // namespace

TEST_CASE("An ability that keeps failing goes back to the version before", "[abilities]") {
  AbilityWatch watch;
  watch.installed(spec("good"));
  watch.installed(spec("bad"));
  CHECK(watch.judge(counted("bad", 4, 4)).empty());
  CHECK(watch.judge(counted("bad", 26, 5)).empty());
  CHECK(watch.judge(counted("good", 99, 99)).empty());
  const auto found = watch.judge(counted("bad", 25, 5));
  REQUIRE(found.size() == 1);
  CHECK(found[0].instead.spec.sha256 == "good");
  CHECK(found[0].sha256 == "bad");
  CHECK(found[0].uses == 25);
  CHECK(found[0].first_fault == "ability:3: no");
  // Once, and what failed is nothing to go back to.
  CHECK(watch.judge(counted("bad", 25, 5)).empty());
  const auto last = watch.judge(counted("good", 5, 5));
  REQUIRE(last.size() == 1);
  CHECK(last[0].instead.spec.sha256.empty());
}

TEST_CASE("Without a version before, a failing ability is withdrawn", "[abilities]") {
  AbilityWatch watch;
  watch.installed(spec("only"));
  const auto found = watch.judge(counted("only", 5, 5));
  REQUIRE(found.size() == 1);
  CHECK(found[0].instead.spec.name == "spark");
  CHECK(found[0].instead.spec.sha256.empty());
  CHECK(found[0].instead.spec.energy_cost == 0.1);
  CHECK(watch.judge(counted("only", 50, 50)).empty());
}

TEST_CASE("The same version again changes nothing", "[abilities]") {
  AbilityWatch watch;
  watch.installed(spec("good"));
  watch.installed(spec("bad"));
  watch.installed(spec("bad"));
  const auto found = watch.judge(counted("bad", 5, 5));
  REQUIRE(found.size() == 1);
  CHECK(found[0].instead.spec.sha256 == "good");
}
