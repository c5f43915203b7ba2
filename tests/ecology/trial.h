#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "engine/scenario.h"

namespace cherub::ecology_trials {

inline constexpr std::size_t kCauses = 8;

// Counts by species, in the scenario's order, once in every `every` ticks.
struct Populations {
  std::uint32_t every = 100;
  std::vector<std::vector<std::uint32_t>> samples;
  std::vector<std::uint32_t> births;                       // by species, in all
  std::vector<std::array<std::uint32_t, kCauses>> deaths;  // by species and engine::DeathCause

  // Mean of a species over the samples of the last half.
  [[nodiscard]] double mean_late(std::size_t species) const;
};

// The shipped meadow.
engine::Scenario meadow();
// The same world without the species named; and, when `dry`, without rain.
engine::Scenario without(engine::Scenario scenario, const std::vector<std::string>& species,
                         bool dry = false);

// Lives so many ticks under the default behaviours.
Populations live(const engine::Scenario& scenario, std::uint64_t seed, std::uint32_t ticks);

}  // namespace cherub::ecology_trials
