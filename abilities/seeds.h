#pragma once

#include <cstdint>
#include <vector>

#include "engine/base/random.h"

namespace cherub::abilities {

// What the seed of an episode is for. Tuning episodes steer a search, held-out ones only judge what
// came out of it: a policy must never have met them before.
enum class SeedUse : std::uint64_t { kTuning = 0, kHeldOut = 1, kLive = 2 };

inline constexpr std::uint64_t kSeedsPerUseMax = 4096;

// Seed number `index` of a run for one use. The use is part of the number itself, and so is the
// index, so seeds of different uses differ by construction and none occurs twice. Below 2^34, exact
// in JSON and in Lua.
constexpr std::uint64_t episode_seed(std::uint64_t run_seed, SeedUse use, std::uint64_t index) {
  const std::uint64_t base = base::mix64(run_seed) & 0xfffff;
  return (base << 14) | ((index % kSeedsPerUseMax) << 2) | static_cast<std::uint64_t>(use);
}

inline std::vector<std::uint64_t> episode_seeds(std::uint64_t run_seed, SeedUse use,
                                                std::uint64_t count) {
  std::vector<std::uint64_t> seeds;
  for (std::uint64_t i = 0; i < count; ++i) seeds.push_back(episode_seed(run_seed, use, i));
  return seeds;
}

}  // namespace cherub::abilities
