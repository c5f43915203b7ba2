#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/scenario.h"

namespace cherub::ecology_trials {

// Counts by species, in the scenario's order, once in every `every` ticks.
struct Populations {
  std::uint32_t every = 100;
  std::vector<std::vector<std::uint32_t>> samples;

  // Mean of a species over the samples of the last half.
  [[nodiscard]] double mean_late(std::size_t species) const;
};

// The shipped meadow, without the species named and, when `dry`, without rain.
engine::Scenario meadow_without(const std::vector<std::string>& species, bool dry);

// Lives so many ticks under the default behaviours.
Populations live(const engine::Scenario& scenario, std::uint64_t seed, std::uint32_t ticks);

}  // namespace cherub::ecology_trials
