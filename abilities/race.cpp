#include "abilities/race.h"

#include <algorithm>
#include <cmath>

namespace cherub::abilities {

std::vector<std::size_t> heats_of(std::size_t seeds, const RaceRules& rules) {
  std::vector<std::size_t> heats;
  if (seeds > 1) heats.push_back(1);
  for (std::size_t heat = std::max<std::size_t>(2, rules.first_heat); heat < seeds; heat *= 2) {
    heats.push_back(heat);
  }
  heats.push_back(seeds);
  return heats;
}

bool is_hopeless(const Standing& standing, std::size_t seeds, const RaceRules& rules) {
  if (!standing.lead) return false;
  return *standing.lead < -rules.hopeless_gap / std::sqrt(static_cast<double>(seeds));
}

std::vector<std::size_t> better_half(std::span<const Standing> standings) {
  std::vector<Standing> order(standings.begin(), standings.end());
  std::sort(order.begin(), order.end(), [](const Standing& a, const Standing& b) {
    return a.score != b.score ? a.score > b.score : a.number < b.number;
  });
  std::vector<std::size_t> kept;
  for (std::size_t i = 0; i < (order.size() + 1) / 2; ++i) kept.push_back(order[i].number);
  std::sort(kept.begin(), kept.end());
  return kept;
}

}  // namespace cherub::abilities
