#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

// Who goes on in a race of policies over the same seeds: V4 and V5 of the validation ladder. V4 is
// one seed, against the best policy so far; V5 is successive halving (Jamieson and Talwalkar 2016):
// all run on a few seeds, the better half of them on twice as many, and so on. Pure functions.
namespace cherub::abilities {

struct RaceRules {
  std::size_t first_heat = 8;  // seeds of the first heat of V5
  // Who is further behind the best so far than this over the root of the number of seeds is
  // hopeless.
  double hopeless_gap = 0.4;
};

// How one policy did on the first so many seeds.
struct Standing {
  std::size_t number = 0;  // orders those with equal scores
  double score = 0;        // mean over the seeds
  // Less the best's on the same seeds; empty: there is none yet.
  std::optional<double> lead;
};

// With how many seeds the heats end: 1 for V4, then first_heat, doubled up to all of them.
std::vector<std::size_t> heats_of(std::size_t seeds, const RaceRules& rules);

[[nodiscard]] bool is_hopeless(const Standing& standing, std::size_t seeds, const RaceRules& rules);

// The numbers of the better half, rounded up, in ascending order.
std::vector<std::size_t> better_half(std::span<const Standing> standings);

}  // namespace cherub::abilities
