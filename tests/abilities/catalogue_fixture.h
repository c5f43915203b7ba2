#pragma once

#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "abilities/catalogue.h"
#include "engine/base/random.h"
#include "engine/base/sha256.h"
#include "run_fixture.h"

namespace cherub::abilities {

// A policy of its own, with the comment as its first line.
inline CatalogueScript script_of(const std::string& comment, const std::string& goal = "reach it") {
  CatalogueScript script;
  script.source = "-- " + comment + "\n" + kWandererSource;
  script.sha256 = base::sha256_hex(script.source);
  script.name = catalogue_name(goal, script.sha256);
  script.goal = goal;
  script.scenario = "maze";
  script.origin = "builtin";
  script.run_id = "20261121-010203-00aa";
  return script;
}

// Measured by the run that made it: its score and one metric that is better when lower.
inline CatalogueScript measured(CatalogueScript script, const std::string& seeds, double score,
                                double time_s = 10) {
  CatalogueMeasurement one;
  one.run_id = script.run_id;
  one.seeds = seeds;
  one.scenario = script.scenario;
  one.goal = script.goal;
  one.episodes = 8;
  CatalogueResult result;
  result.metric = "score";
  result.better = "higher";
  result.count = 8;
  result.mean = score;
  one.results.push_back(result);
  result.metric = "time_to_goal";
  result.unit = "s";
  result.better = "lower";
  result.mean = time_s;
  result.low = time_s - 1;
  result.high = time_s + 1;
  one.results.push_back(result);
  script.measurements.push_back(one);
  return script;
}

inline std::string random_bytes(base::RandomStream& random, std::size_t size_max) {
  std::string bytes(random.below(size_max + 1), ' ');
  for (char& c : bytes) c = static_cast<char>(random.below(256));
  return bytes;
}

inline base::RandomStream test_random(std::uint64_t seed) {
  return {seed, 0, 0, base::Stream::kSearch};
}

inline void add_all(Catalogue& catalogue, const std::vector<CatalogueScript>& scripts) {
  const auto added = catalogue.add(scripts);
  INFO((added ? "" : added.error().text()));
  REQUIRE(added);
}

inline std::vector<std::string> names_of(const base::Result<std::vector<CatalogueHit>>& hits) {
  INFO((hits ? "" : hits.error().text()));
  REQUIRE(hits);
  std::vector<std::string> names;
  for (const CatalogueHit& hit : *hits) names.push_back(hit.script.name);
  return names;
}

}  // namespace cherub::abilities
